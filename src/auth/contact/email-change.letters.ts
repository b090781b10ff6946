import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { httpConfig, publicLink } from '#libs/http';
import { Mailer, SealedOutbox } from '#libs/mail';
import { UserDirectory } from '../../users/user.directory.js';
import { AttemptLimits } from '../attempt.limits.js';
import { OneTimeLinks } from '../links/one-time.links.js';
import { addressTakenLetter, changeEmailLetter } from '../recovery/letters.js';
import { recoveryErrors } from '../recovery/recovery.errors.js';

const HANDLER = 'auth.change-email';
const LIFE_MS = 3_600_000;

interface EmailWish {
  readonly userId: string;
  /** In canonical form. */
  readonly email: string;
}

/** Sends people the link that makes another address theirs; to that address. */
@Injectable()
export class EmailChangeLetters implements OnModuleInit {
  constructor(
    private readonly limits: AttemptLimits,
    private readonly outbox: SealedOutbox,
    private readonly users: UserDirectory,
    private readonly links: OneTimeLinks,
    private readonly mailer: Mailer,
    @InjectConfig(httpConfig) private readonly http: ConfigOf<typeof httpConfig>,
  ) {}

  onModuleInit(): void {
    this.outbox.register<EmailWish>(HANDLER, (wish) => this.write(wish));
  }

  /** @throws DomainError mail_not_configured, rate_limited */
  async mayAsk(network: string, userId: string): Promise<void> {
    if (!this.mailer.canMail) throw recoveryErrors.mail_not_configured();
    await this.limits.countLetter('change-email', network, userId);
  }

  /** Within a transaction. */
  async add(wish: EmailWish): Promise<void> {
    await this.outbox.add(HANDLER, wish);
  }

  private async write({ userId, email }: EmailWish): Promise<void> {
    const account = await this.users.find(userId);
    if (account?.status !== 'active' || account.email === email) return;
    if (await this.users.findByEmail(email)) return this.mailer.mail(addressTakenLetter(email));
    const link = await this.links.issue('change-email', { userId, address: account.email, wanted: email }, LIFE_MS);
    if (!link) return;
    const url = publicLink(this.http, '/change-email', link.token);
    await this.mailer.mail(changeEmailLetter(email, url), link.expiresAt);
  }
}
