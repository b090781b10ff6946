import { UnitOfWork } from '#libs/database';
import { Outbox } from '#libs/events';
import { Mailer } from '#libs/mail';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { SmsGateway } from '../support/sms-gateway.js';
import { SmtpSink } from '../support/smtp-sink.js';

const FROM = 'Sluice <no-reply@house.example>';
const LINK = 'https://house.example/reset-password#a-very-secret-token-4711';

describe('mail', () => {
  const stops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  async function given(environment: Record<string, string>): Promise<TestApp> {
    const t = await createApp({ environment: { MAIL_FROM: FROM, ...environment } });
    stops.push(() => t.close());
    return t;
  }
  async function sink(options?: Parameters<typeof SmtpSink.start>[0]): Promise<SmtpSink> {
    const started = await SmtpSink.start(options);
    stops.push(() => started.stop());
    return started;
  }

  const letter = (to: string) => ({
    to,
    subject: 'A new password',
    paragraphs: ['Somebody asked for a new password.'],
    link: { label: 'Choose one', url: LINK },
  });
  const post = (t: TestApp, to: string, until?: Date) =>
    t.app.get(UnitOfWork).run(() => t.app.get(Mailer).mail(letter(to), until));
  const waiting = async (t: TestApp) =>
    (await t.db.query<{ payload: object; attempts: number; last_error: string | null }>('SELECT * FROM outbox')).rows;
  /** Lets postponed rows be due now instead of in some seconds. */
  const hurry = async (t: TestApp) => {
    await t.db.query('UPDATE outbox SET available_at = now()');
    await t.app.get(Outbox).deliverDue();
  };

  it('arrives as plain text and HTML, after the commit alone', async () => {
    const smtp = await sink({ account: { user: 'me', password: 'p@ss/word' } });
    const t = await given({ SMTP_URL: `smtp://me:${encodeURIComponent('p@ss/word')}@127.0.0.1:${smtp.port}` });
    const attempt = t.app.get(UnitOfWork).run(async () => {
      await t.app.get(Mailer).mail(letter('nobody@example.com'));
      throw new Error('taken back');
    });
    await expect(attempt).rejects.toThrow('taken back');
    await post(t, 'ada@example.com');
    const mail = await smtp.next('ada@example.com');
    expect(mail).toMatchObject({ recipients: ['ada@example.com'], subject: 'A new password' });
    expect(mail.text).toContain(`Choose one:\n${LINK}`);
    expect(mail.html).toContain(`<a href="${LINK}">Choose one</a>`);
    expect(mail.headers.get('from')).toEqual([FROM]);
    expect(mail.headers.get('auto-submitted')).toEqual(['auto-generated']);
    expect(smtp.mails).toHaveLength(1);
    await eventually(async () => expect(await waiting(t)).toEqual([]));
    expect(t.logs.join('')).not.toContain('4711');
  });

  it('waits for a server that is away, sealed, and names nobody in what is logged of it', async () => {
    const first = await sink();
    const { port } = first;
    await first.stop();
    const t = await given({ SMTP_HOST: '127.0.0.1', SMTP_PORT: String(port) });
    await post(t, 'ada@example.com');
    const [row] = await eventually(async () => {
      const rows = await waiting(t);
      expect(rows).toMatchObject([{ attempts: 1, last_error: 'SMTP: ESOCKET' }]);
      return rows;
    });
    expect(JSON.stringify(row)).not.toMatch(/4711|ada|password/);
    expect(t.logs.join('')).not.toMatch(/4711|ada@example/);
    const smtp = await sink({ port });
    await hurry(t);
    expect((await smtp.next('ada@example.com')).text).toContain(LINK);
  });

  it('is sent again with the same id where the first try may have failed, and dropped where it was refused for good', async () => {
    const smtp = await sink();
    const t = await given({ SMTP_URL: smtp.url });
    smtp.refuseWith(451);
    await post(t, 'later@example.com');
    await eventually(async () => expect(await waiting(t)).toMatchObject([{ last_error: 'SMTP: EENVELOPE 451' }]));
    smtp.refuseWith(undefined);
    await hurry(t);
    await smtp.next('later@example.com');
    smtp.refuseWith(550);
    await post(t, 'never@example.com');
    await eventually(() => expect(t.logs.join('')).toContain('refused for good: SMTP: EENVELOPE 550'));
    await eventually(async () => expect(await waiting(t)).toEqual([]));
    expect(t.logs.join('')).not.toContain('never@example.com');
    expect(smtp.mails).toHaveLength(1);
  });

  it('is not sent when it is worthless', async () => {
    const smtp = await sink();
    const t = await given({ SMTP_URL: smtp.url });
    smtp.refuseWith(451);
    await post(t, 'ada@example.com', new Date(t.clock.now() + 900_000));
    await eventually(async () => expect(await waiting(t)).toMatchObject([{ attempts: 1 }]));
    smtp.refuseWith(undefined);
    t.clock.advance({ minutes: 16 });
    await hurry(t);
    expect(await waiting(t)).toEqual([]);
    expect(smtp.mails).toEqual([]);
  });

  it.each([
    ['another header', 'a\r\nBcc: victim@example.com@example.com'],
    ['a second reader', 'a@example.com, victim@example.com'],
    ['a second reader in a group', 'x:a@example.com,victim@example.com;'],
    ['another command', 'a@example.com>\r\nRCPT TO:<victim@example.com'],
  ])('to an address that holds %s goes to nobody', async (_case, address) => {
    const smtp = await sink();
    const t = await given({ SMTP_URL: smtp.url });
    await post(t, address);
    await eventually(() => expect(t.logs.join('')).toContain('refused for good'));
    expect(smtp.connections).toBe(0);
  });

  it.each([
    ['offers none', false, 'ETLS'],
    ['shows a certificate that nobody trusts', true, 'ESOCKET'],
  ])('that must go under TLS does not go to a server that %s', async (_case, startTls, code) => {
    const smtp = await sink({ startTls });
    const t = await given({ SMTP_URL: smtp.url, SMTP_TLS: 'required' });
    await post(t, 'ada@example.com');
    const [row] = await eventually(async () => {
      const rows = await waiting(t);
      expect(rows).toMatchObject([{ attempts: 1 }]);
      return rows;
    });
    expect([row?.last_error?.replace(/ \d+$/, '')]).toEqual([`SMTP: ${code}`]);
    expect(smtp.mails).toEqual([]);
  });

  it('goes nowhere where none is configured', async () => {
    const t = await createApp();
    stops.push(() => t.close());
    await post(t, 'ada@example.com');
    expect(await waiting(t)).toEqual([]);
    expect(t.app.get(Mailer).canMail).toBe(false);
  });
});

describe('text messages', () => {
  let t: TestApp;
  let gateway: SmsGateway;
  beforeAll(async () => {
    gateway = await SmsGateway.start();
    t = await createApp({ environment: { SMS_WEBHOOK_URL: gateway.url, SMS_WEBHOOK_SECRET: SmsGateway.secret } });
  });
  afterAll(async () => {
    await t.close();
    await gateway.stop();
  });

  it('go to the service signed, again with the same id after it was busy, and not at all once refused', async () => {
    const send = (to: string) => t.app.get(UnitOfWork).run(() => t.app.get(Mailer).text(to, 'Your code is 123456.'));
    const errors = async () => (await t.db.query<{ last_error: string }>('SELECT last_error FROM outbox')).rows;
    gateway.answerWith(503);
    await send('+15550100');
    await eventually(async () => expect(await errors()).toEqual([{ last_error: 'SMS webhook: 503' }]));
    gateway.answerWith(204);
    await t.db.query('UPDATE outbox SET available_at = now()');
    await t.app.get(Outbox).deliverDue();
    expect(await gateway.next('+15550100')).toMatchObject({ text: 'Your code is 123456.' });
    gateway.answerWith(400);
    await send('+15550199');
    await eventually(() => expect(t.logs.join('')).toContain('refused for good: SMS webhook: 400'));
    await eventually(async () => expect(await errors()).toEqual([]));
    expect([gateway.texts.length, gateway.unsigned]).toEqual([1, 0]);
    expect(t.logs.join('')).not.toMatch(/123456|15550/);
  });
});
