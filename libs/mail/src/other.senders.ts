import { Logger } from '@nestjs/common';
import type { Mail } from './letter.js';
import { MailSender, SmsSender, type TextMessage } from './senders.js';

/** Writes mails to the log, where a developer finds the links in them. The configuration refuses it in production. */
export class LogMailSender extends MailSender {
  readonly isOn = true;
  private readonly log = new Logger('Mail');

  send({ to, subject, text }: Mail): Promise<void> {
    this.log.log(`To ${to}: ${subject}\n\n${text}`);
    return Promise.resolve();
  }
}

/** Where no mail is configured. */
export class NoMailSender extends MailSender {
  readonly isOn = false;

  send(): Promise<void> {
    return Promise.resolve();
  }
}

/** Writes text messages to the log. The configuration refuses it in production. */
export class LogSmsSender extends SmsSender {
  readonly isOn = true;
  private readonly log = new Logger('SMS');

  send({ to, text }: TextMessage): Promise<void> {
    this.log.log(`To ${to}: ${text}`);
    return Promise.resolve();
  }
}

/** Where no text messages are configured. */
export class NoSmsSender extends SmsSender {
  readonly isOn = false;

  send(): Promise<void> {
    return Promise.resolve();
  }
}
