// A room of Socket.IO over WebSocket.
import { Server } from 'socket.io';

const io = new Server(Number(process.argv[2]), {
  transports: ['websocket'],
  perMessageDeflate: false,
});

io.on('connection', (socket) => {
  const { room } = socket.handshake.query;
  socket.join(room);
  socket.emit('joined');
  socket.on('post', (text) => io.to(room).emit('post', text));
});
