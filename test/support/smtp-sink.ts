import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { eventually } from './eventually.js';

/** A mail as it came over the wire. */
export interface ReceivedMail {
  /** Whom the envelope named, which is who gets it. */
  readonly recipients: readonly string[];
  /** By name in small letters, unfolded. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly raw: string;
  /** Whether it came under TLS. */
  readonly secure: boolean;
}

export interface SmtpSinkOptions {
  /** The port to listen on; left out, a free one. */
  readonly port?: number;
  /** Offer STARTTLS, with a certificate that nobody trusts. */
  readonly startTls?: boolean;
  /** Whom to let in; left out, everybody. */
  readonly account?: { readonly user: string; readonly password: string };
}

/** A real SMTP server that keeps what it is given. */
export class SmtpSink {
  readonly mails: ReceivedMail[] = [];
  /** How often somebody connected. */
  connections = 0;
  private refusal: number | undefined;

  private constructor(private readonly server: SMTPServer) {}

  static async start({ port = 0, startTls = false, account }: SmtpSinkOptions = {}): Promise<SmtpSink> {
    const server = new SMTPServer({
      disabledCommands: [...(startTls ? [] : ['STARTTLS']), ...(account ? [] : ['AUTH'])],
      allowInsecureAuth: true,
      authOptional: account === undefined,
      logger: false,
      onAuth: ({ username, password }, _session, done) =>
        username === account?.user && password === account?.password
          ? done(null, { user: username })
          : done(new Error('No such account')),
      onConnect: (_session, done) => {
        sink.connections += 1;
        done();
      },
      onRcptTo: ({ address }, _session, done) => done(sink.answerTo(address)),
      onData: (stream, session, done) => void sink.take(stream, session, done),
    });
    const sink = new SmtpSink(server);
    // Clients that mistrust the certificate leave in the middle of a handshake.
    server.on('error', () => undefined);
    server.listen(port, '127.0.0.1');
    await once(server.server, 'listening');
    return sink;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** From now on every reader is refused with this code; undefined takes them again. */
  refuseWith(code: number | undefined): void {
    this.refusal = code;
  }

  to(address: string): ReceivedMail[] {
    return this.mails.filter(({ recipients }) => recipients.includes(address));
  }

  /** The newest mail to an address whose subject holds a word, once there is one. */
  async next(address: string, about: string | RegExp = ''): Promise<ReceivedMail> {
    return eventually(() => {
      const found = this.to(address).findLast(({ subject }) => new RegExp(about, 'i').test(subject));
      if (!found) throw new Error(`No mail to ${address} about ${String(about)}`);
      return found;
    });
  }

  /** What stands behind the `#` of the link in a mail. */
  static secretOf({ text }: ReceivedMail): string {
    return /^https?:\S+#(\S+)$/m.exec(text)?.[1] ?? '';
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private answerTo(address: string): Error | null {
    if (this.refusal === undefined) return null;
    return Object.assign(new Error(`Not for <${address}>`), { responseCode: this.refusal });
  }

  private async take(stream: SMTPServerDataStream, session: SMTPServerSession, done: () => void): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString();
    const recipients = session.envelope.rcptTo.map(({ address }) => address);
    this.mails.push({ recipients, raw, secure: session.secure, ...read(raw) });
    done();
  }
}

function read(raw: string): Pick<ReceivedMail, 'headers' | 'subject' | 'text' | 'html'> {
  const { headers, body } = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(first(headers, 'content-type'))?.[1];
  const parts = boundary === undefined ? [] : body.split(`--${boundary}`).map((part) => split(part.trimStart()));
  const partOf = (type: string): string => {
    const part = parts.find((each) => first(each.headers, 'content-type').startsWith(type));
    return part ? decode(part.body, first(part.headers, 'content-transfer-encoding')) : '';
  };
  return { headers, subject: first(headers, 'subject'), text: partOf('text/plain'), html: partOf('text/html') };
}

function split(text: string): { headers: Map<string, string[]>; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const headers = new Map<string, string[]>();
  for (const line of text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(name.length + 1).trim()]);
  }
  return { headers, body: text.slice(end + 4) };
}

function first(headers: ReadonlyMap<string, readonly string[]>, name: string): string {
  return headers.get(name)?.[0] ?? '';
}

function decode(body: string, encoding: string): string {
  const lines = body.replaceAll('\r\n', '\n');
  if (encoding === 'base64') return Buffer.from(lines, 'base64').toString();
  if (encoding !== 'quoted-printable') return lines;
  const bytes = lines
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
