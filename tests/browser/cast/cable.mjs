// A TCP proxy that can be cut: Chromium's offline mode leaves open WebSockets alone,
// a pulled cable does not.

import { connect, createServer } from 'node:net';

export class Cable {
  #server;
  #sockets = new Set();
  #cut = false;

  /** A cable from a free port to a server's. */
  static async to(server) {
    const cable = new Cable();
    cable.#server = createServer((near) => cable.#join(near, server.port));
    await new Promise((resolve) => cable.#server.listen(0, '127.0.0.1', resolve));
    const url = new URL(server.url);
    url.port = cable.#server.address().port;
    cable.url = url.origin;
    return cable;
  }

  #join(near, port) {
    if (this.#cut) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }

  /** Ends all connections, and every new one at once. */
  cut() {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#cut = false;
  }

  async end() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
