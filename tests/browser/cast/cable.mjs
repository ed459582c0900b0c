// TCP proxies that can be cut: Chromium's offline mode leaves open WebSockets alone, a
// pulled cable does not.

import { connect, createServer } from 'node:net';

export class Cable {
  #ends = [];
  #sockets = new Set();
  #cut = false;

  /** A cable to a server: to each of the addresses by which browsers reach it. */
  static async to(server) {
    const cable = new Cable();
    if (!server.addresses) {
      cable.url = `http://${await cable.#lay(new URL(server.url).host)}`;
      return cable;
    }
    cable.url = server.url;
    const near = [];
    for (const [name, far] of server.addresses) near.push([name, await cable.#lay(far)]);
    cable.chromium = server.chromiumBy(near);
    return cable;
  }

  /** Lays it from a free port to an address; resolves with the near end. */
  async #lay(address) {
    const { hostname, port } = new URL(`http://${address}`);
    const end = createServer((near) => this.#join(near, connectTo(hostname, port)));
    this.#ends.push(end);
    await new Promise((resolve) => end.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${end.address().port}`;
  }

  #join(near, open) {
    if (this.#cut) {
      near.destroy();
      return;
    }
    const far = open();
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
    for (const end of this.#ends) await new Promise((resolve) => end.close(resolve));
  }
}

function connectTo(host, port) {
  return () => connect(Number(port), host);
}
