import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { DomainError } from '#libs/kernel';
import { type UserAccount, UserDirectory } from '../users/user.directory.js';
import { AttemptLimits } from './attempt.limits.js';
import { authErrors } from './auth.errors.js';
import { PasswordHasher } from './passwords/password.hasher.js';
import { PasswordCheck } from './protection/password.check.js';
import { KnownDevices } from './sessions/known.devices.js';
import type { Whence } from './sessions/whence.decorator.js';
import { type Admission, SignInGate } from './sign-in.gate.js';

/** An address in canonical form, and what is said to be its password. */
interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Lets people in by e-mail address and password. */
@Injectable()
export class SignInService {
  constructor(
    private readonly users: UserDirectory,
    private readonly check: PasswordCheck,
    private readonly passwords: PasswordHasher,
    private readonly devices: KnownDevices,
    private readonly gate: SignInGate,
    private readonly limits: AttemptLimits,
  ) {}

  /**
   * An unknown address, an account that may not be used and a wrong password cost the same and are answered
   * with the same words, also once there were too many of them.
   *
   * @throws DomainError invalid_credentials, account_locked, rate_limited, sign_in_busy
   */
  async signIn(actor: Principal, credentials: Credentials, whence: Whence): Promise<Admission> {
    const { account, passwordHash } = await this.recognise(actor, credentials, whence);
    return this.gate.admit(actor, account, ['pwd'], passwordHash);
  }

  /**
   * The account of an address and its password, and what that was compared with. Whether its owner gets in is the
   * gate's to say.
   */
  async recognise(
    actor: Principal,
    { email, password }: Credentials,
    { network, mark }: Whence,
  ): Promise<{ account: UserAccount; passwordHash: string }> {
    const isUnderAttack = await this.limits.countSignIn(network, email);
    const account = await this.users.findByEmail(email);
    if (isUnderAttack && !(await this.devices.isUsedFromHere(account?.id, mark))) throw authErrors.rate_limited();
    const right = await this.check.isRight(actor, account, { email, password, network, mark });
    if (!right || !account?.passwordHash) throw authErrors.invalid_credentials();
    return { account, passwordHash: await this.improved(account.id, account.passwordHash, password, network) };
  }

  /** The hash of a password that was right, made anew where the present one is not what we would make today. */
  private async improved(id: string, present: string, password: string, network: string): Promise<string> {
    const stronger = this.passwords.isOutdated(present) ? await this.strongerHash(password, network) : undefined;
    if (stronger === undefined) return present;
    if (await this.users.setPasswordHash(id, stronger, present)) return stronger;
    // Another sign-in was faster to improve it, or it is the hash of another password by now.
    const now = (await this.users.findWithPassword(id))?.passwordHash ?? null;
    if (now === null || !(await this.passwords.verify(now, password, network))) throw authErrors.invalid_credentials();
    return now;
  }

  /** Somebody whose password was right gets in, also when there is no time to improve on its hash. */
  private async strongerHash(password: string, network: string): Promise<string | undefined> {
    try {
      return await this.passwords.hash(password, network);
    } catch (error) {
      if (error instanceof DomainError) return undefined;
      throw error;
    }
  }
}
