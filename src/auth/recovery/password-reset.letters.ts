import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { httpConfig, publicLink } from '#libs/http';
import { Mailer, SealedOutbox } from '#libs/mail';
import { UserDirectory } from '../../users/user.directory.js';
import { OneTimeLinks } from '../links/one-time.links.js';
import { noPasswordLetter, resetLetter } from './letters.js';
import { LINK_HANDLERS, type LinkWish } from './recovery.requests.js';

const LIFE_MS = 15 * 60_000;

/** Sends people the link to choose a new password, where they have an account that has one. */
@Injectable()
export class PasswordResetLetters implements OnModuleInit {
  constructor(
    private readonly outbox: SealedOutbox,
    private readonly users: UserDirectory,
    private readonly links: OneTimeLinks,
    private readonly mailer: Mailer,
    @InjectConfig(httpConfig) private readonly http: ConfigOf<typeof httpConfig>,
  ) {}

  onModuleInit(): void {
    this.outbox.register<LinkWish>(LINK_HANDLERS['password-reset'], (wish) => this.write(wish));
  }

  private async write({ email, ...asked }: LinkWish): Promise<void> {
    const account = await this.users.findByEmail(email);
    if (account?.status !== 'active') return;
    if (account.passwordHash === null) return this.mailer.mail(noPasswordLetter(email, asked));
    const link = await this.links.issue('password-reset', { userId: account.id, address: email }, LIFE_MS);
    if (!link) return;
    const url = publicLink(this.http, '/reset-password', link.token);
    await this.mailer.mail(resetLetter(email, url, asked, account.emailVerifiedAt !== null), link.expiresAt);
  }
}
