// A room of the npm package `ws`: every message to everybody in it.
import { WebSocketServer } from 'ws';

const rooms = new Map();
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  perMessageDeflate: false,
});

server.on('connection', (socket, request) => {
  const room = rooms.get(request.url) ?? new Set();
  rooms.set(request.url, room.add(socket));
  socket.on('message', (text) => {
    for (const member of room) member.send(text, { binary: false });
  });
  socket.on('close', () => room.delete(socket));
});
