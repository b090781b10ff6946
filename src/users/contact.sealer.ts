import { Injectable } from '@nestjs/common';
import { defineSealed, indexPurpose, type KeyedHash, KeyedHashes, placeIn, SealedBox } from '#libs/crypto';
import type { SealedEmail, SealedPhone, User, UserEntity } from './user.entity.js';

const EMAIL = defineSealed({
  table: 'users',
  column: 'email_sealed',
  keyColumn: 'email_key_id',
  indexColumn: 'email_index',
});
const PHONE = defineSealed({
  table: 'users',
  column: 'phone_sealed',
  keyColumn: 'phone_key_id',
  indexColumn: 'phone_index',
});
const NO_PHONE: SealedPhone = { phoneSealed: null, phoneKeyId: null, phoneIndex: null };

/** Turns how a person is reached into what may be kept of it, and back. What is given is in canonical form. */
@Injectable()
export class ContactSealer {
  private readonly emails: KeyedHash;
  private readonly phones: KeyedHash;

  constructor(
    private readonly box: SealedBox,
    hashes: KeyedHashes,
  ) {
    this.emails = hashes.for(indexPurpose(EMAIL));
    this.phones = hashes.for(indexPurpose(PHONE));
  }

  email(userId: string, address: string): SealedEmail {
    const { box, keyId } = this.box.seal(address, placeIn(EMAIL, userId));
    return { emailSealed: box, emailKeyId: keyId, emailIndex: this.emails.hash(address) };
  }

  phone(userId: string, number: string | null): SealedPhone {
    if (number === null) return NO_PHONE;
    const { box, keyId } = this.box.seal(number, placeIn(PHONE, userId));
    return { phoneSealed: box, phoneKeyId: keyId, phoneIndex: this.phones.hash(number) };
  }

  /** By which of them the row of an address is found: the last ones are of former keys. */
  emailIndexes(address: string): Buffer[] {
    return this.emails.candidates(address);
  }

  phoneIndexes(number: string): Buffer[] {
    return this.phones.candidates(number);
  }

  /** A few microseconds, so a page of people needs no cache. @throws SealBroken when a former key is missing */
  open(row: UserEntity): User {
    const { emailSealed, emailKeyId, emailIndex: _email, phoneSealed, phoneKeyId, phoneIndex: _phone, ...rest } = row;
    const email = this.box.open({ box: emailSealed, keyId: emailKeyId }, placeIn(EMAIL, row.id));
    const phone =
      phoneSealed === null || phoneKeyId === null
        ? null
        : this.box.open({ box: phoneSealed, keyId: phoneKeyId }, placeIn(PHONE, row.id));
    return { ...rest, email, phone };
  }

  /** @throws SealBroken when a former key is missing */
  close({ email, phone, ...rest }: User): UserEntity {
    return { ...rest, ...this.email(rest.id, email), ...this.phone(rest.id, phone) };
  }
}
