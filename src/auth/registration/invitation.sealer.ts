import { Injectable } from '@nestjs/common';
import { defineSealed, indexPurpose, type KeyedHash, KeyedHashes, placeIn, SealedBox } from '#libs/crypto';
import type { InvitationEntity } from './invitation.entity.js';

const EMAIL = defineSealed({
  table: 'invitations',
  column: 'email_sealed',
  keyColumn: 'email_key_id',
  indexColumn: 'email_index',
});

type SealedEmail = Pick<InvitationEntity, 'emailSealed' | 'emailKeyId' | 'emailIndex'>;

/** Seals the addresses of people who were invited, and makes their tokens findable and worthless to read. */
@Injectable()
export class InvitationSealer {
  private readonly emails: KeyedHash;
  private readonly tokens: KeyedHash;

  constructor(
    private readonly box: SealedBox,
    hashes: KeyedHashes,
  ) {
    this.emails = hashes.for(indexPurpose(EMAIL));
    this.tokens = hashes.for('invitation');
  }

  seal(id: string, email: string): SealedEmail {
    const { box, keyId } = this.box.seal(email, placeIn(EMAIL, id));
    return { emailSealed: box, emailKeyId: keyId, emailIndex: this.emails.hash(email) };
  }

  open({ id, emailSealed, emailKeyId }: Pick<InvitationEntity, 'id'> & SealedEmail): string {
    return this.box.open({ box: emailSealed, keyId: emailKeyId }, placeIn(EMAIL, id));
  }

  emailIndexes(email: string): Buffer[] {
    return this.emails.candidates(email);
  }

  isFor({ emailIndex }: InvitationEntity, email: string): boolean {
    return this.emails.matches(email, emailIndex);
  }

  tokenHash(token: string): Buffer {
    return this.tokens.hash(token);
  }

  tokenHashes(token: string): Buffer[] {
    return this.tokens.candidates(token);
  }
}
