import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { type UserAccount, UserDirectory } from '../users/user.directory.js';
import { AttemptLimits } from './attempt.limits.js';
import { authConfig } from './auth.config.js';
import { authErrors } from './auth.errors.js';
import type { RegisterDto } from './dto/auth.request.dto.js';
import { PasswordHasher } from './passwords/password.hasher.js';
import { brokenPasswordRules } from './passwords/password.policy.js';

/** Lets people make their own accounts. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly users: UserDirectory,
    private readonly passwords: PasswordHasher,
    private readonly limits: AttemptLimits,
    @InjectConfig(authConfig) private readonly config: ConfigOf<typeof authConfig>,
  ) {}

  /** @throws DomainError registration_closed, password_rejected, rate_limited, user_email_taken */
  async register(actor: Principal, { email, name, password }: RegisterDto, network: string): Promise<UserAccount> {
    if (!this.config.allowRegistration) throw authErrors.registration_closed();
    await this.limits.countRegistration(network);
    const broken = brokenPasswordRules(password, email);
    if (broken.length > 0) throw authErrors.password_rejected({ param: 'password', details: broken });
    return this.users.create(actor, { email, name, passwordHash: await this.passwords.hash(password, network) });
  }
}
