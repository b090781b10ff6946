import { Logger } from '@nestjs/common';
import { ConfigError } from '#libs/config';
import type { UnitOfWork } from '#libs/database';
import type { ChangeFeed } from '#libs/events';
import type { Clock } from '#libs/kernel';
import { SealBroken, type SealedBox, type SealedPlace } from '../sealed-box.js';
import { randomToken } from '../tokens.js';
import { KEY_PURPOSES, keyOf, type KeyPurpose, type KeySource, type SecretKey } from './key-source.js';
import type { RingKeyRow, RingKeysRepository } from './ring-keys.repository.js';

export interface RingKey extends SecretKey {
  readonly purpose: KeyPurpose;
  /** From when on it makes what is new. Every replica has it long before. */
  readonly usableFrom: Date;
}

/**
 * The keys that everything is sealed, hashed and signed with. They live in the database, sealed under the key of the
 * configuration, so that they can change while replicas run: a new key is made known to all of them and takes its turn
 * some seconds later, by the time that stands in its row. Whoever makes it may die meanwhile.
 */
export class KeyRing {
  private readonly log = new Logger(KeyRing.name);
  private keys: readonly RingKey[] = [];

  /** Opened by {@link KeyRing.open}: it knows no key yet. */
  constructor(
    private readonly root: SealedBox,
    private readonly rows: RingKeysRepository,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    changes: ChangeFeed,
  ) {
    changes.on('ring_keys', () => void this.reload());
    changes.onGap(() => void this.reload());
  }

  /**
   * Makes what is missing.
   *
   * @param root seals the keys themselves
   * @throws ConfigError when the key of the configuration is another than that of the database
   */
  static async open(...parts: ConstructorParameters<typeof KeyRing>): Promise<KeyRing> {
    const ring = new KeyRing(...parts);
    await ring.fill();
    return ring;
  }

  /**
   * The keys of a purpose, the one whose turn it is first.
   *
   * @param former keys from before there was a ring, which only read
   */
  source(purpose: KeyPurpose, former: readonly SecretKey[] = []): KeySource {
    return () => {
      const [current, ...others] = this.list(purpose);
      return [current, ...others, ...former];
    };
  }

  /** The same with their times. */
  list(purpose: KeyPurpose): readonly [RingKey, ...RingKey[]] {
    const now = this.clock.date();
    const keys = this.keys.filter((key) => key.purpose === purpose);
    // A clock that is behind that of the replica which made the first key: there is no other.
    const current = keys.find(({ usableFrom }) => usableFrom <= now) ?? keys.at(-1);
    if (!current) throw new Error(`The ring has no key to ${purpose} with.`);
    return [current, ...keys.filter((key) => key !== current)];
  }

  /**
   * Makes a new key and tells every replica of it. Where one waits for its turn already, that one is it.
   *
   * @param waitMs until its turn, at least as long as the slowest replica may take to hear of it
   */
  async rotate(purpose: KeyPurpose, waitMs: number): Promise<RingKey> {
    return this.work.run(async () => {
      await this.rows.lock();
      const now = this.clock.now();
      const [newest] = (await this.rows.list()).filter((row) => row.purpose === purpose);
      const made =
        newest && newest.usableFrom.getTime() > now ? newest : await this.make(purpose, new Date(now + waitMs));
      this.work.afterCommit(() => void this.reload());
      return this.read(made);
    });
  }

  /** Makes a new key whose turn is now, and forgets all others of the purpose: what they made is worthless. */
  async replace(purpose: KeyPurpose): Promise<RingKey> {
    return this.work.run(async () => {
      await this.rows.lock();
      const former = (await this.rows.list()).filter((row) => row.purpose === purpose);
      const made = await this.make(purpose, this.clock.date());
      await this.remove(former.map(({ id }) => id));
      return this.read(made);
    });
  }

  /** Forgets keys that nothing is left of. */
  async remove(ids: readonly string[]): Promise<void> {
    await this.rows.delete(ids);
    this.work.afterCommit(() => void this.reload());
  }

  /** Seals the keys anew under the present key of the configuration, so that a former one can be dropped. */
  async sealAnew(): Promise<void> {
    await this.work.run(async () => {
      await this.rows.lock();
      const outdated = (await this.rows.list()).filter(({ sealed }) => sealed.keyId !== this.root.keyId);
      for (const row of outdated) {
        await this.rows.reseal(row.id, this.root.seal(this.read(row).secret, placeOf(row.id)));
      }
    });
  }

  /** What cannot be read yet is said, and what is known stays: a replica works on with it. */
  async reload(): Promise<void> {
    try {
      this.keys = (await this.rows.list()).map((row) => this.read(row));
    } catch (error) {
      this.log.error('The keys could not be read again; those that are known stay in use.', error);
    }
  }

  private async fill(): Promise<void> {
    await this.work.run(async () => {
      await this.rows.lock();
      const known = new Set((await this.rows.list()).map(({ purpose }) => purpose));
      for (const purpose of KEY_PURPOSES) if (!known.has(purpose)) await this.make(purpose, this.clock.date());
    });
    this.keys = (await this.rows.list()).map((row) => this.read(row));
  }

  private async make(purpose: KeyPurpose, usableFrom: Date): Promise<RingKeyRow> {
    const { id, secret } = keyOf(randomToken());
    const row = { id, purpose, usableFrom, sealed: this.root.seal(secret, placeOf(id)) };
    await this.rows.insert(row);
    return row;
  }

  private read({ id, purpose, sealed, usableFrom }: RingKeyRow): RingKey {
    try {
      return { id, purpose, usableFrom, secret: this.root.open(sealed, placeOf(id)) };
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      throw new ConfigError([
        {
          variable: 'ENCRYPTION_KEY',
          rule: 'is not the one that this database was used with: set that, or put it into ENCRYPTION_KEYS_OLD',
        },
      ]);
    }
  }
}

function placeOf(id: string): SealedPlace {
  return { table: 'ring_keys', row: id, column: 'sealed_secret' };
}
