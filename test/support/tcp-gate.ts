import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Stands between the application and its database, and can be shut: then nothing listens, and what was open is cut. */
export class TcpGate {
  private readonly open = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;

  private constructor(
    private readonly host: string,
    private readonly target: number,
  ) {}

  static async before(url: string): Promise<TcpGate> {
    const { hostname, port } = new URL(url);
    const gate = new TcpGate(hostname, Number(port || '5432'));
    await gate.reopen();
    return gate;
  }

  /** The same address, through the gate. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.port);
    return changed.href;
  }

  async reopen(): Promise<void> {
    if (this.server?.listening) return;
    this.server = createServer((near) => {
      const far = connect(this.target, this.host);
      for (const socket of [near, far]) {
        this.open.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.open.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (typeof address === 'object' && address) this.port = address.port;
  }

  async shut(): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.open) socket.destroy();
    await closed;
  }
}
