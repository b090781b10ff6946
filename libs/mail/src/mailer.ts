import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '#libs/observability';
import { type Letter, type Mail, writeOut } from './letter.js';
import { SealedOutbox } from './sealed.outbox.js';
import { MailSender, Refused, SmsSender, type TextMessage } from './senders.js';

const MAIL = 'mail';
const SMS = 'sms';

/**
 * Sends mails and text messages as part of a transaction: what is committed is sent, at least once, and what is taken
 * back is not. Whoever asks does not wait for the server, and does not hear of its failures.
 */
@Injectable()
export class Mailer implements OnModuleInit {
  private readonly log = new Logger(Mailer.name);
  private readonly sent;

  constructor(
    private readonly outbox: SealedOutbox,
    private readonly mails: MailSender,
    private readonly texts: SmsSender,
    metrics: Metrics,
  ) {
    this.sent = metrics.counter('messages_total', 'Mails and text messages, by what became of a try to send them.', [
      'kind',
      'outcome',
    ]);
  }

  onModuleInit(): void {
    this.outbox.register<Omit<Mail, 'id'>>(MAIL, (mail, id) =>
      this.deliver(MAIL, () => this.mails.send({ ...mail, id })),
    );
    this.outbox.register<Omit<TextMessage, 'id'>>(SMS, (message, id) =>
      this.deliver(SMS, () => this.texts.send({ ...message, id })),
    );
  }

  /** Whether mails reach anybody. */
  get canMail(): boolean {
    return this.mails.isOn;
  }

  /** Whether text messages reach anybody. */
  get canText(): boolean {
    return this.texts.isOn;
  }

  /**
   * Adds a mail to the open transaction; where no mail is configured, nothing.
   *
   * @param until when it is worthless, for example because the link in it is
   */
  async mail(letter: Letter, until?: Date): Promise<void> {
    if (this.canMail) await this.outbox.add(MAIL, writeOut(letter), until);
  }

  /**
   * Adds a text message to the open transaction; where none are configured, nothing.
   *
   * @param to a number in the form of E.164
   */
  async text(to: string, text: string, until?: Date): Promise<void> {
    if (this.canText) await this.outbox.add(SMS, { to, text }, until);
  }

  private async deliver(kind: string, send: () => Promise<void>): Promise<void> {
    try {
      await send();
      this.sent.inc({ kind, outcome: 'sent' });
    } catch (error) {
      this.sent.inc({ kind, outcome: error instanceof Refused ? 'refused' : 'postponed' });
      if (!(error instanceof Refused)) throw error;
      this.log.warn(`A ${kind} was refused for good: ${error.message}.`);
    }
  }
}
