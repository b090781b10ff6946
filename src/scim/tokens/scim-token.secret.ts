import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { deriveKey, encryptionConfig, SecretFormat } from '#libs/crypto';

/** What SCIM tokens look like: `scim_<8 public characters>_<256 random bits><checksum>`. */
const FORMAT = new SecretFormat('scim_');
const PURPOSE = 'scim-token';

/** Makes SCIM tokens, and turns them into what the database knows of them. */
@Injectable()
export class ScimTokenSecret {
  private readonly keys: readonly [current: Uint8Array, ...former: Uint8Array[]];

  constructor(@InjectConfig(encryptionConfig) { key, oldKeys }: ConfigOf<typeof encryptionConfig>) {
    const former = (oldKeys ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    this.keys = [deriveKey(key, PURPOSE), ...former.map((each) => deriveKey(each, PURPOSE))];
  }

  issue(): { value: string; prefix: string; hash: Buffer } {
    const { value, display } = FORMAT.issue();
    return { value, prefix: display, hash: hashOf(value, this.keys[0]) };
  }

  /** The hashes that the token may be kept under, by the age of the encryption key; none for what is no SCIM token. */
  hashesOf(value: string): Buffer[] {
    return FORMAT.isWellFormed(value) ? this.keys.map((key) => hashOf(value, key)) : [];
  }
}

function hashOf(value: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(value).digest();
}
