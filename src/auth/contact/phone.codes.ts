import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { defineSealed, KeyedHashes, placeIn, SealedBox } from '#libs/crypto';
import { Clock, newId } from '#libs/kernel';
import { authErrors } from '../auth.errors.js';
import { contactErrors } from './contact.errors.js';
import { type PhoneCode, PhoneCodesRepository } from './phone-codes.repository.js';

const PHONE = defineSealed({ table: 'phone_codes', column: 'phone_sealed', keyColumn: 'phone_key_id' });

const LIFE_MS = 10 * 60_000;
/** Of a million codes. */
const MOST_TRIES = 5;

/** Makes and takes the codes by which people show that a number is theirs: six digits, good once, for one number. */
@Injectable()
export class PhoneCodes {
  constructor(
    private readonly codes: PhoneCodesRepository,
    private readonly box: SealedBox,
    private readonly hashes: KeyedHashes,
    private readonly clock: Clock,
  ) {}

  /** A new code, in place of the one that the person got before. */
  async issue(userId: string, phone: string): Promise<{ code: string; expiresAt: Date }> {
    const [id, code] = [newId(), randomInt(1_000_000).toString().padStart(6, '0')];
    const { box, keyId } = this.box.seal(phone, placeIn(PHONE, id));
    const expiresAt = new Date(this.clock.now() + LIFE_MS);
    const codeHash = this.hash.hash(bound(id, phone, code));
    await this.codes.put({ id, userId, phoneSealed: box, phoneKeyId: keyId, codeHash, expiresAt });
    return { code, expiresAt };
  }

  /**
   * The number of a code that is right. No transaction may be open: a try counts, whatever becomes of it.
   *
   * @throws DomainError code_void, wrong_code
   */
  async check(userId: string, code: string): Promise<{ id: string; phone: string }> {
    const found = await this.codes.countTry(userId, { most: MOST_TRIES, now: this.clock.date() });
    if (!found) throw contactErrors.code_void({ param: 'code' });
    const phone = this.phoneOf(found);
    const isRight = this.hash.matches(bound(found.id, phone, code), found.codeHash);
    if (!isRight) throw authErrors.wrong_code({ param: 'code' });
    return { id: found.id, phone };
  }

  /** Uses a code up, in the transaction of what it allows. @throws DomainError code_void when another was faster */
  async use(id: string): Promise<void> {
    if (!(await this.codes.use(id))) throw contactErrors.code_void({ param: 'code' });
  }

  private phoneOf({ id, phoneSealed, phoneKeyId }: PhoneCode): string {
    return this.box.open({ box: phoneSealed, keyId: phoneKeyId }, placeIn(PHONE, id));
  }

  private get hash() {
    return this.hashes.for('phone-code');
  }
}

function bound(id: string, phone: string, code: string): string {
  return [id, phone, code].join('|');
}
