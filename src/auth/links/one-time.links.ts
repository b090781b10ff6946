import { Injectable } from '@nestjs/common';
import { KeyedHashes, randomToken, SealedBox } from '#libs/crypto';
import { Clock, newId } from '#libs/kernel';
import { addressPlace } from './sealed-address.js';
import { type LinkPurpose, OneTimeLinksRepository, type StoredLink } from './one-time-links.repository.js';

const HOUR_MS = 3_600_000;

/** So many links an hour of the other purposes reach one person, whoever asks for them from wherever. */
const MOST_AN_HOUR = 10;

/**
 * So many links to reset a password are good beside each other: a stranger who asks for one must not spoil the one that
 * the owner of the account is about to use. Who finds no new one in the mailbox finds these, and none counts once it ran
 * out, so nobody can keep the owner from getting any.
 */
const MOST_OPEN = 5;

export interface IssuedLink {
  /** 256 random bits, known to the mail alone. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** Makes and takes tokens that are good once: what is kept of one is a keyed hash, under a key of its purpose. */
@Injectable()
export class OneTimeLinks {
  constructor(
    private readonly links: OneTimeLinksRepository,
    private readonly hashes: KeyedHashes,
    private readonly box: SealedBox,
    private readonly clock: Clock,
  ) {}

  /**
   * A new link: in place of those of the same purpose that the person got before, unless they are to reset a password.
   *
   * @param address where it goes: proven by it, and by no link that went elsewhere
   * @param wanted an address that is to become that of the account
   * @returns undefined when the person got too many
   */
  async issue(
    purpose: LinkPurpose,
    { userId, address, wanted }: { userId: string; address: string; wanted?: string },
    lifeMs: number,
  ): Promise<IssuedLink | undefined> {
    const [createdAt, expiresAt] = [this.clock.date(), new Date(this.clock.now() + lifeMs)];
    if (!(await this.makeRoom(purpose, userId, createdAt))) return undefined;
    const [id, token] = [newId(), randomToken()];
    const sealed = wanted === undefined ? undefined : this.box.seal(wanted, addressPlace(id));
    await this.links.insert({
      id,
      purpose,
      userId,
      tokenHash: this.hashes.for(purpose).hash(token),
      addressHash: this.hashes.for('link-address').hash(address),
      addressSealed: sealed?.box ?? null,
      addressKeyId: sealed?.keyId ?? null,
      createdAt,
      expiresAt,
    });
    return { token, expiresAt };
  }

  /** The link of a token, used or run out as it may be; undefined when we never made it for that purpose. */
  find(purpose: LinkPurpose, token: string): Promise<StoredLink | undefined> {
    return this.links.find(purpose, this.hashes.for(purpose).candidates(token));
  }

  /** Whether it went to this address. */
  wentTo(link: StoredLink, address: string): boolean {
    return this.hashes.for('link-address').matches(address, link.addressHash);
  }

  /** The address that is to become that of the account. */
  wantedBy({ id, addressSealed, addressKeyId }: StoredLink): string | undefined {
    if (addressSealed === null || addressKeyId === null) return undefined;
    return this.box.open({ keyId: addressKeyId, box: addressSealed }, addressPlace(id));
  }

  isOpen({ usedAt, expiresAt }: StoredLink): boolean {
    return usedAt === null && expiresAt > this.clock.date();
  }

  /** Uses a link up, in the transaction of what it allows. @returns false when another was faster, or it ran out */
  use({ id }: StoredLink): Promise<boolean> {
    return this.links.use(id, this.clock.date());
  }

  /** Makes every link of that purpose worthless that a person has. */
  async expire(userId: string, purpose: LinkPurpose): Promise<void> {
    await this.links.expire(userId, purpose, this.clock.date());
  }

  private async makeRoom(purpose: LinkPurpose, userId: string, now: Date): Promise<boolean> {
    if (purpose === 'password-reset') return (await this.links.countOpen(userId, purpose, now)) < MOST_OPEN;
    const lately = await this.links.countSince(userId, purpose, new Date(now.getTime() - HOUR_MS));
    if (lately >= MOST_AN_HOUR) return false;
    await this.links.expire(userId, purpose, now);
    return true;
  }
}
