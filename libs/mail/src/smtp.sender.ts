import { createTransport } from 'nodemailer';
import type { ConfigOf } from '#libs/config';
import { type mailConfig, senderOf, type TlsRule } from './mail.config.js';
import type { Mail } from './letter.js';
import { MailSender, Refused } from './senders.js';

const CONNECT_MS = 4_000;
const SILENT_MS = 6_000;
/** In all. Shorter than PostgreSQL lets the transaction idle in which a mail is handed over. */
const LONGEST_MS = 10_000;
/** So long nobody waits again for a server that did not answer. */
const REST_MS = 30_000;

/** One address and nothing else: neither a list, a group, a comment nor a line of SMTP. */
const PLAIN_ADDRESS = /^[^\s@<>,;:"()[\]\\\p{C}]+@[^\s@<>,;:"()[\]\\\p{C}]+$/u;

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/i;

interface Server {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly auth?: { readonly user: string; readonly pass: string };
}

/** What nodemailer tells of a failure. */
interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Hands mails over to an SMTP server (RFC 5321), under TLS unless the configuration says otherwise (RFC 3207). */
export class SmtpSender extends MailSender {
  readonly isOn = true;
  private readonly transport: ReturnType<typeof createTransport>;
  private readonly from: { readonly name: string; readonly address: string };
  private restsUntil = 0;

  constructor(config: ConfigOf<typeof mailConfig>) {
    super();
    const server = serverOf(config);
    this.from = senderOf(config.from ?? '') ?? { name: '', address: '' };
    this.transport = createTransport({
      ...server,
      ...startTls(config.tls ?? (LOOPBACK.test(server.host) ? 'off' : 'required')),
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(mail: Mail): Promise<void> {
    if (!PLAIN_ADDRESS.test(mail.to)) throw new Refused('the address is not one of a single reader');
    // Whoever shares the queue with mails must not wait for each of them.
    if (performance.now() < this.restsUntil) throw new Error('SMTP: the server did not answer a moment ago');
    try {
      await inTime(this.handOver(mail));
    } catch (error) {
      throw this.plain(error);
    }
  }

  private async handOver({ id, to, subject, text, html }: Mail): Promise<void> {
    const domain = this.from.address.slice(this.from.address.lastIndexOf('@') + 1);
    await this.transport.sendMail({
      from: this.from,
      to: { name: '', address: to },
      envelope: { from: this.from.address, to: [to] },
      messageId: `<${id}@${domain}>`,
      subject,
      text,
      html,
      // RFC 3834: no answering machine answers.
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  }

  /** What servers answer quotes addresses; of it remains what it was about. */
  private plain(error: unknown): Error {
    const { code = 'failed', responseCode } = error as SmtpFailure;
    const what = `SMTP: ${code}${responseCode === undefined ? '' : ` ${responseCode}`}`;
    if (code === 'ETIMEDOUT') this.restsUntil = performance.now() + REST_MS;
    const isRefused =
      (code === 'EENVELOPE' || code === 'EMESSAGE') && (responseCode === undefined || responseCode >= 500);
    return isRefused ? new Refused(what) : new Error(what);
  }
}

function serverOf({ url, host = '', port, user, password }: ConfigOf<typeof mailConfig>): Server {
  if (url === undefined) {
    const auth = user === undefined ? {} : { auth: { user, pass: password ?? '' } };
    return { host, port, secure: port === 465, ...auth };
  }
  const { protocol, hostname, port: given, username, password: pass } = new URL(url);
  const secure = protocol === 'smtps:';
  const auth = username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(pass) } };
  const usual = secure ? 465 : 587;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: given === '' ? usual : Number(given), secure, ...auth };
}

function startTls(rule: TlsRule): { requireTLS?: boolean; opportunisticTLS?: boolean; ignoreTLS?: boolean } {
  if (rule === 'required') return { requireTLS: true };
  return rule === 'opportunistic' ? { opportunisticTLS: true } : { ignoreTLS: true };
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('too slow'), { code: 'ETIMEDOUT' })), LONGEST_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
