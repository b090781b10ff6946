import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { deriveKey, randomToken } from '#libs/crypto';
import { authConfig } from '../auth.config.js';

const ID_BYTES = 16;

/**
 * Tells the devices that an account was used on from all others, by a mark `<device>.<seal>` that is worth something
 * for that account alone. It lets nobody in: whoever has one may go on guessing where a lock-out stops strangers.
 */
@Injectable()
export class KnownDevices {
  private readonly key: Uint8Array;

  constructor(@InjectConfig(authConfig) { jwtSecret }: ConfigOf<typeof authConfig>) {
    this.key = deriveKey(jwtSecret, 'known-device');
  }

  /** A mark for a device that somebody has just signed in on. */
  issue(userId: string): string {
    const device = randomToken(ID_BYTES);
    return `${device}.${this.seal(device, userId).toString('base64url')}`;
  }

  /** The device that carries a mark of this account; undefined for every other. */
  read(mark: string | undefined, userId: string | undefined): string | undefined {
    if (mark === undefined || userId === undefined) return undefined;
    const [device = '', seal = ''] = mark.split('.');
    const given = Buffer.from(seal, 'base64url');
    const expected = this.seal(device, userId);
    return given.length === expected.length && timingSafeEqual(given, expected) ? device : undefined;
  }

  private seal(device: string, userId: string): Buffer {
    return createHmac('sha256', this.key).update(`${device}.${userId}`).digest();
  }
}
