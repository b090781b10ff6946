import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type KeyedHash, KeyedHashes, randomToken } from '#libs/crypto';

/** No vowels, so that no code is a word; no letter that is read as a digit. 20^8 are 34 bits (RFC 8628 §6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;
const POSSIBLE = new RegExp(`^[${LETTERS}]{${LENGTH}}$`);
const DEVICE_CODE = /^[A-Za-z0-9_-]{43}$/;

/** The two codes of a request, and what is stored of them. */
export interface NewDeviceCodes {
  readonly deviceCode: string;
  readonly deviceCodeHash: Buffer;
  /** As a person reads it. */
  readonly userCode: string;
  readonly userCodeHash: Buffer;
}

/** Makes the codes of the device flow: a long one that the program keeps, and a short one that a person types. */
@Injectable()
export class DeviceCodes {
  private readonly deviceHashes: KeyedHash;
  private readonly userHashes: KeyedHash;

  constructor(hashes: KeyedHashes) {
    this.deviceHashes = hashes.for('device-code');
    this.userHashes = hashes.for('device-user-code');
  }

  issue(): NewDeviceCodes {
    const deviceCode = randomToken();
    const letters = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)] ?? '').join('');
    return {
      deviceCode,
      deviceCodeHash: this.deviceHashes.hash(deviceCode),
      userCode: `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`,
      userCodeHash: this.userHashes.hash(letters),
    };
  }

  /** All that may be stored of it; nothing for what cannot be such a code. */
  deviceCandidates(deviceCode: string): Buffer[] {
    return DEVICE_CODE.test(deviceCode) ? this.deviceHashes.candidates(deviceCode) : [];
  }

  /** The same of what a person typed: small letters and whatever stands between do not matter. */
  userCandidates(typed: string): Buffer[] {
    const letters = typed.toUpperCase().replace(/[\s-]/g, '');
    return POSSIBLE.test(letters) ? this.userHashes.candidates(letters) : [];
  }
}
