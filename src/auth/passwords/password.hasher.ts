import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { randomToken } from '#libs/crypto';
import { authConfig } from '../auth.config.js';
import { authErrors } from '../auth.errors.js';
import { HashingThreads } from './hashing.threads.js';

/** Argon2id is the default variant of the library (RFC 9106, second recommended option: 64 MiB, 3 passes). */
const PASSES = 3;
const LANES = 2;

/** Each hash fills its memory: two at once bound it at 128 MiB and leave threads for files and names. */
const AT_ONCE = 2;
/** About five seconds of work. Whoever comes later is better told to come back. */
const MOST_WAITING = 100;
/** One network must not keep everybody else waiting. */
const MOST_WAITING_ALIKE = 20;

const PARAMETERS = /^\$argon2id\$v=\d+\$m=(\d+),t=(\d+),p=\d+\$/;

/** Hashes passwords and verifies them, a few at a time. */
@Injectable()
export class PasswordHasher {
  private running = 0;
  private readonly waiting: { readonly network: string; readonly enter: () => void }[] = [];
  private dummy: Promise<string> | undefined;

  constructor(
    @InjectConfig(authConfig) private readonly config: ConfigOf<typeof authConfig>,
    private readonly threads: HashingThreads,
  ) {}

  /**
   * @param network where it was asked for; left out, it is for ourselves
   * @throws DomainError sign_in_busy when too many are waiting already, or too many of that network
   */
  async hash(password: string, network = ''): Promise<string> {
    const memoryKib = this.config.passwordMemoryKib;
    const made = await this.oneOfFew(network, () =>
      this.threads.run({ kind: 'hash', password, memoryKib, passes: PASSES, lanes: LANES }),
    );
    return String(made);
  }

  /**
   * Whether this is the password. Where there is no hash it takes as long as where there is one, so that time
   * does not tell which accounts exist.
   *
   * @param network where it was asked for
   * @throws DomainError sign_in_busy when too many are waiting already, or too many of that network
   */
  async verify(stored: string | null | undefined, password: string, network = ''): Promise<boolean> {
    const against = stored ?? (await this.dummyHash());
    const kind = isBcrypt(against) ? 'verify-bcrypt' : 'verify-argon2';
    const right = await this.oneOfFew(network, () => this.threads.run({ kind, password, stored: against }));
    return right === true && stored !== null && stored !== undefined;
  }

  /** Whether the hash is of another kind, or cheaper, than those made now. */
  isOutdated(stored: string): boolean {
    const [, memory, passes] = PARAMETERS.exec(stored) ?? [];
    return memory === undefined || Number(memory) < this.config.passwordMemoryKib || Number(passes) < PASSES;
  }

  private dummyHash(): Promise<string> {
    this.dummy ??= this.hash(randomToken()).catch((error: unknown) => {
      this.dummy = undefined;
      throw error;
    });
    return this.dummy;
  }

  private async oneOfFew<T>(network: string, work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      const alike = network === '' ? 0 : this.waiting.filter((other) => other.network === network).length;
      if (this.waiting.length >= MOST_WAITING || alike >= MOST_WAITING_ALIKE) {
        throw authErrors.sign_in_busy({ retryAfterSeconds: 5 });
      }
      // Whoever leaves hands its place over, so the count stays as it is.
      await new Promise<void>((enter) => this.waiting.push({ network, enter }));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next.enter();
      else this.running -= 1;
    }
  }
}

function isBcrypt(stored: string): boolean {
  return /^\$2[abxy]\$/.test(stored);
}
