import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { type KeyedHash, KeyedHashes } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { Clock, type DomainError } from '#libs/kernel';
import { authErrors } from '../auth.errors.js';
import { lockoutConfig } from './lockout.config.js';
import { type Lock, lockAfter } from './lockout.policy.js';
import { type Failures, SignInFailuresRepository } from './sign-in-failures.repository.js';

/**
 * What is tried; each is counted apart, so that the right password does not excuse wrong codes. A directory knows
 * somebody by several names: what is tried there is counted by who was meant, besides the name that was given.
 */
export type Guessed = 'password' | 'code' | 'directory';

const SUBJECTS: Readonly<Record<Guessed, string>> = {
  password: 'account',
  code: 'codes of account',
  directory: 'entry of directory',
};

/** Whose password is tried, or whose one-time code, and where. */
export interface SecretTry {
  /** A password unless said. */
  readonly guessed?: Guessed;
  /** In canonical form, whether there is such an account or not; of an entry of a directory, its key. */
  readonly email: string;
  /** A device that the account was used on; its failures are counted apart. */
  readonly device?: string | undefined;
}

/** What came of a try. */
export interface TryOutcome {
  readonly right: boolean;
  /** The lock that it brought about. */
  readonly lock: Lock;
}

const OPEN: Lock = { kind: 'open' };
type Subject = readonly Buffer[];

/**
 * Stops guessing: after so many wrong passwords in a row none is looked at for a while, the right one as little.
 * It is kept in PostgreSQL by a keyed hash of the address, so it holds on every replica, needs no Redis, and tells
 * nobody which accounts exist. Whoever locks an account out on purpose does not lock its owner out: devices that it
 * was used on are counted by themselves, until they fail too often as well.
 */
@Injectable()
export class AccountLockout {
  private readonly hashes: KeyedHash;

  constructor(
    private readonly failures: SignInFailuresRepository,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    @InjectConfig(lockoutConfig) private readonly terms: ConfigOf<typeof lockoutConfig>,
    hashes: KeyedHashes,
  ) {
    this.hashes = hashes.for('sign-in-failures');
  }

  /**
   * Has a password or a code looked at, and counts.
   *
   * @param verify whether it is right and lets its owner in
   * @throws DomainError account_locked, also for the right password
   */
  async attempt(wanted: SecretTry, verify: () => Promise<boolean>): Promise<TryOutcome> {
    const subject = await this.subjectOf(wanted);
    this.mustBeOpen(await this.failures.find(subject));
    const right = await verify();
    // Judged again: others may have guessed while this one was looked at, and only so many guesses are answered.
    return this.work.run(() => (right ? this.succeed(wanted, subject) : this.fail(subject)));
  }

  /** How somebody stands with devices that the account was not used on: as it is worst of what is tried. */
  async standing(tries: readonly Omit<SecretTry, 'device'>[]): Promise<Failures> {
    let worst: Failures = { count: 0, lockedUntil: null, isFinal: false };
    for (const { email, guessed } of tries) {
      const found = await this.failures.find(this.account(email, guessed));
      if (found && severity(found) > severity(worst)) worst = found;
    }
    return worst;
  }

  /** @returns whether there was anything to forget */
  async unlock(email: string): Promise<boolean> {
    let isAny = false;
    for (const guessed of Object.keys(SUBJECTS) as Guessed[]) {
      if (await this.failures.forget(this.account(email, guessed))) isAny = true;
    }
    return isAny;
  }

  private async succeed({ email, device }: SecretTry, subject: Subject): Promise<TryOutcome> {
    const found = await this.failures.findLocked(subject);
    this.mustBeOpen(found);
    if (found) await this.failures.forget(subject);
    // Its owner was there, so what strangers failed at is counted anew; a lock against them stays.
    const account = device === undefined ? undefined : this.account(email);
    const strangers = account && (await this.failures.findLocked(account));
    if (account && strangers && !this.errorOf(strangers)) await this.failures.forget(account);
    return { right: true, lock: OPEN };
  }

  private async fail(subject: Subject): Promise<TryOutcome> {
    const now = this.clock.date();
    const found = await this.failures.begin(subject, now);
    this.mustBeOpen(found);
    const count = found.count + 1;
    const lock = lockAfter(count, this.terms);
    const lockedUntil = lock.kind === 'locked' ? new Date(now.getTime() + lock.minutes * 60_000) : null;
    await this.failures.set(subject, { count, lockedUntil, isFinal: lock.kind === 'final' }, now);
    return { right: false, lock };
  }

  /** A device that is locked for good is one like any other. */
  private async subjectOf({ email, device, guessed }: SecretTry): Promise<Subject> {
    if (device === undefined || (guessed !== undefined && guessed !== 'password')) return this.account(email, guessed);
    const known = this.hashes.candidates(`device ${device}`);
    return (await this.failures.find(known))?.isFinal === true ? this.account(email) : known;
  }

  private account(email: string, guessed: Guessed = 'password'): Subject {
    return this.hashes.candidates(`${SUBJECTS[guessed]} ${email}`);
  }

  private mustBeOpen(found: Failures | undefined): void {
    const error = this.errorOf(found);
    if (error) throw error;
  }

  private errorOf(found: Failures | undefined): DomainError | undefined {
    if (found?.isFinal === true) {
      return authErrors.account_locked({
        message: 'This account is locked after too many wrong guesses, until an administrator unlocks it.',
      });
    }
    const leftMs = (found?.lockedUntil?.getTime() ?? 0) - this.clock.now();
    return leftMs > 0 ? authErrors.account_locked({ retryAfterSeconds: Math.ceil(leftMs / 1_000) }) : undefined;
  }
}

/** Locked for good before locked for the longest, and that before the most failures. */
function severity({ isFinal, lockedUntil, count }: Failures): number {
  return isFinal ? Infinity : (lockedUntil?.getTime() ?? 0) + count;
}
