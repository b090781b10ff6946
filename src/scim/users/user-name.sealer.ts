import { Injectable } from '@nestjs/common';
import { defineSealed, indexPurpose, type KeyedHash, KeyedHashes, placeIn, SealedBox } from '#libs/crypto';
import { canonicalEmail } from '#libs/kernel';
import type { ScimUserEntity } from './scim-user.entity.js';

const USER_NAME = defineSealed({
  table: 'scim_users',
  column: 'user_name_sealed',
  keyColumn: 'user_name_key_id',
  indexColumn: 'user_name_index',
});

type SealedUserName = Pick<ScimUserEntity, 'userNameSealed' | 'userNameKeyId' | 'userNameIndex'>;

/** Turns the name that a directory gives a person, which is mostly an address, into what may be kept of it, and back. */
@Injectable()
export class UserNameSealer {
  private readonly hashes: KeyedHash;

  constructor(
    private readonly box: SealedBox,
    hashes: KeyedHashes,
  ) {
    this.hashes = hashes.for(indexPurpose(USER_NAME));
  }

  seal(id: string, userName: string): SealedUserName {
    const { box, keyId } = this.box.seal(userName, placeIn(USER_NAME, id));
    return { userNameSealed: box, userNameKeyId: keyId, userNameIndex: this.hashes.hash(canonicalEmail(userName)) };
  }

  /** By which of them the row of a name is found: the last ones are of former keys. */
  indexes(userName: string): Buffer[] {
    return this.hashes.candidates(canonicalEmail(userName));
  }

  /** @throws SealBroken when a former key is missing */
  open({ id, userNameSealed, userNameKeyId }: ScimUserEntity): string {
    return this.box.open({ box: userNameSealed, keyId: userNameKeyId }, placeIn(USER_NAME, id));
  }
}
