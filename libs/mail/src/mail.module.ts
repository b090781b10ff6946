import { Global, Module } from '@nestjs/common';
import { Config, ConfigError, type ConfigOf } from '#libs/config';
import { CryptoModule } from '#libs/crypto';
import { httpConfig } from '#libs/http';
import { Clock } from '#libs/kernel';
import { mailConfig } from './mail.config.js';
import { Mailer } from './mailer.js';
import { LogMailSender, LogSmsSender, NoMailSender, NoSmsSender } from './other.senders.js';
import { SealedOutbox } from './sealed.outbox.js';
import { MailSender, SmsSender } from './senders.js';
import { smsConfig, webhookKey } from './sms.config.js';
import { WebhookSmsSender } from './webhook.sender.js';

/** Sends mails and text messages, for every feature. */
@Global()
@Module({
  imports: [CryptoModule],
  providers: [
    Mailer,
    SealedOutbox,
    { provide: MailSender, inject: [Config], useFactory: mailSender },
    { provide: SmsSender, inject: [smsConfig.token, Clock], useFactory: smsSender },
  ],
  exports: [Mailer, SealedOutbox],
})
export class MailModule {}

/** @throws ConfigError where links would lead nowhere */
async function mailSender(config: Config): Promise<MailSender> {
  const mail = config.get(mailConfig);
  const { transport = mail.url === undefined && mail.host === undefined ? 'none' : 'smtp' } = mail;
  if (transport === 'log') return new LogMailSender();
  if (transport === 'none') return new NoMailSender();
  if (config.profile === 'production' && config.get(httpConfig).publicUrl === undefined) {
    throw new ConfigError([
      { variable: 'PUBLIC_URL', rule: 'must be set where mail is sent in production: links in mails begin with it' },
    ]);
  }
  const { SmtpSender } = await import('./smtp.sender.js');
  return new SmtpSender(mail);
}

function smsSender({ transport, webhookUrl, webhookSecret = '' }: ConfigOf<typeof smsConfig>, clock: Clock): SmsSender {
  if (transport === 'log') return new LogSmsSender();
  const key = webhookKey(webhookSecret);
  if (transport === 'none' || webhookUrl === undefined || key === undefined) return new NoSmsSender();
  return new WebhookSmsSender(webhookUrl, key, () => clock.now());
}
