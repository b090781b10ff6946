import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { OnEvent } from '#libs/events';
import { httpConfig, publicLink } from '#libs/http';
import { Mailer, SealedOutbox } from '#libs/mail';
import { UserCreated } from '../../users/events/user.events.js';
import { type UserAccount, UserDirectory } from '../../users/user.directory.js';
import { OneTimeLinks } from '../links/one-time.links.js';
import { verificationLetter } from './letters.js';
import { LINK_HANDLERS, type LinkWish } from './recovery.requests.js';

const LIFE_MS = 24 * 3_600_000;

/** Sends people the link to verify their address: with their account, and whenever they ask for it again. */
@Injectable()
export class VerificationLetters implements OnModuleInit {
  constructor(
    private readonly outbox: SealedOutbox,
    private readonly users: UserDirectory,
    private readonly links: OneTimeLinks,
    private readonly mailer: Mailer,
    @InjectConfig(httpConfig) private readonly http: ConfigOf<typeof httpConfig>,
  ) {}

  onModuleInit(): void {
    this.outbox.register<LinkWish>(LINK_HANDLERS['verify-email'], async ({ email }) =>
      this.write(await this.users.findByEmail(email)),
    );
  }

  @OnEvent(UserCreated, 'in-transaction')
  async onUserCreated({ user }: UserCreated): Promise<void> {
    if (this.mailer.canMail) await this.write(await this.users.find(user.id));
  }

  private async write(account: UserAccount | undefined): Promise<void> {
    if (account?.status !== 'active' || account.emailVerifiedAt !== null) return;
    const { id, email } = account;
    const link = await this.links.issue('verify-email', { userId: id, address: email }, LIFE_MS);
    if (!link) return;
    const url = publicLink(this.http, '/verify-email', link.token);
    await this.mailer.mail(verificationLetter(email, url), link.expiresAt);
  }
}
