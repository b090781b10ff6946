export type { Letter, Mail } from './letter.js';
export { mailConfig } from './mail.config.js';
export { MailModule } from './mail.module.js';
export { Mailer } from './mailer.js';
export { SealedOutbox } from './sealed.outbox.js';
export { smsConfig } from './sms.config.js';
