import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { httpConfig, publicLink } from '#libs/http';
import { Mailer } from '#libs/mail';
import { UserDirectory } from '../../users/user.directory.js';
import { invitationLetter } from '../recovery/letters.js';
import { registrationErrors } from './registration.errors.js';

/** Tells people that they were invited. */
@Injectable()
export class InvitationLetters {
  constructor(
    private readonly users: UserDirectory,
    private readonly mailer: Mailer,
    @InjectConfig(httpConfig) private readonly http: ConfigOf<typeof httpConfig>,
  ) {}

  /**
   * Within a transaction.
   *
   * @returns the link, where no mail is configured and somebody must hand it over; null where it is on its way
   * @throws DomainError invitee_has_account
   */
  async write(email: string, token: string, until: Date): Promise<string | null> {
    if (await this.users.findByEmail(email)) throw registrationErrors.invitee_has_account({ param: 'email' });
    const url = publicLink(this.http, '/register', token);
    if (!this.mailer.canMail) return url;
    await this.mailer.mail(invitationLetter(email, url), until);
    return null;
  }
}
