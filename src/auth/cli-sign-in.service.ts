import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { type UserAccount, UserDirectory } from '../users/user.directory.js';
import { authErrors } from './auth.errors.js';
import type { SignInChallenge } from './challenges/sign-in.challenges.js';
import { SignInGate } from './sign-in.gate.js';
import { SignInService } from './sign-in.service.js';
import type { CliSignInDto } from './tokens/dto/personal-token.dto.js';
import { type IssuedPersonalToken, PersonalTokensService } from './tokens/personal-tokens.service.js';

/** What a command line gets for a password: a token, or the question for a second factor. */
export type CliAdmission =
  | { readonly kind: 'token'; readonly token: IssuedPersonalToken; readonly account: UserAccount }
  | { readonly kind: 'challenge'; readonly challenge: SignInChallenge };

/** Lets a command line in by e-mail address and password. It gets a token of its own, and no session. */
@Injectable()
export class CliSignInService {
  constructor(
    private readonly signIn: SignInService,
    private readonly gate: SignInGate,
    private readonly users: UserDirectory,
    private readonly tokens: PersonalTokensService,
    private readonly work: UnitOfWork,
  ) {}

  /** @throws DomainError like a sign-in, and personal_token_expiry_invalid, personal_tokens_too_many */
  async run(actor: Principal, { email, password, ...wish }: CliSignInDto, network: string): Promise<CliAdmission> {
    const { account, passwordHash } = await this.signIn.recognise(actor, { email, password }, { network });
    const challenge = await this.gate.examine(actor, account, ['pwd'], passwordHash);
    if (challenge) return { kind: 'challenge', challenge };
    return this.work.run(async () => {
      // Locks the account until the commit: nobody shuts it or takes the password away meanwhile.
      if (!(await this.users.noteSignIn(account.id, passwordHash))) throw authErrors.invalid_credentials();
      const owner = { userId: account.id, methods: ['pwd'] };
      return { kind: 'token' as const, token: await this.tokens.issue(actor, owner, wish, 'cli_login'), account };
    });
  }
}
