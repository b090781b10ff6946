import type { Mail } from './letter.js';

/** It was refused for good: to send it again would be of no use. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Hands mails over to whoever carries them. */
export abstract class MailSender {
  /** False where mails go nowhere. */
  abstract readonly isOn: boolean;

  /**
   * @throws Refused when it never will be taken; any other error when it may be another time. No error names the
   * reader or quotes the mail.
   */
  abstract send(mail: Mail): Promise<void>;
}

/** A text message as it is sent. */
export interface TextMessage {
  /** Stays the same when it is sent again. */
  readonly id: string;
  /** A number in the form of E.164. */
  readonly to: string;
  readonly text: string;
}

/** Hands text messages over to whoever carries them. */
export abstract class SmsSender {
  /** False where text messages go nowhere. */
  abstract readonly isOn: boolean;

  /** @throws as {@link MailSender.send} does */
  abstract send(message: TextMessage): Promise<void>;
}
