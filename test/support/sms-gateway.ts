import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from './eventually.js';

export interface ReceivedText {
  /** The id of the delivery; the same when it comes again. */
  readonly id: string;
  readonly to: string;
  readonly text: string;
}

/** A service that sends text messages: it takes what is signed with its secret, and keeps it. */
export class SmsGateway {
  static readonly secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  readonly texts: ReceivedText[] = [];
  /** How many requests were not signed as they must be. */
  unsigned = 0;
  private status = 204;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SmsGateway> {
    const server = createServer();
    const gateway = new SmsGateway(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void gateway.take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/send`;
  }

  /** From now on every message is answered with this status, and none but those under 300 is kept. */
  answerWith(status: number): void {
    this.status = status;
  }

  /** The newest message to a number, once there is one. */
  async next(number: string): Promise<ReceivedText> {
    return eventually(() => {
      const found = this.texts.findLast(({ to }) => to === number);
      if (!found) throw new Error(`No message to ${number}`);
      return found;
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const id = String(request.headers['webhook-id']);
    if (!this.isSigned(request, id, body)) {
      this.unsigned += 1;
      response.writeHead(401).end();
      return;
    }
    if (this.status < 300) {
      const { data } = JSON.parse(body) as { data: { to: string; text: string } };
      this.texts.push({ id, ...data });
    }
    response.writeHead(this.status).end();
  }

  /** As a receiver of Standard Webhooks checks it, the age of the timestamp included. */
  private isSigned({ headers }: IncomingMessage, id: string, body: string): boolean {
    const timestamp = String(headers['webhook-timestamp']);
    const key = Buffer.from(SmsGateway.secret.slice('whsec_'.length), 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
    const [version, given = ''] = String(headers['webhook-signature']).split(',');
    const signature = Buffer.from(given, 'base64');
    const isFresh = Math.abs(Date.now() / 1_000 - Number(timestamp)) < 300;
    return isFresh && version === 'v1' && signature.length === expected.length && timingSafeEqual(signature, expected);
  }
}
