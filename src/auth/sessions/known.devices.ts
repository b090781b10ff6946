import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { deriveKey, randomToken, sameText } from '#libs/crypto';
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
    return `${device}.${this.seal(device, userId)}`;
  }

  /** The device that carries a mark of this account; undefined for every other. */
  read(mark: string | undefined, userId: string | undefined): string | undefined {
    if (mark === undefined || userId === undefined) return undefined;
    const [device = '', seal = ''] = mark.split('.');
    return sameText(seal, this.seal(device, userId)) ? device : undefined;
  }

  private seal(device: string, userId: string): string {
    return createHmac('sha256', this.key).update(`${device}.${userId}`).digest('base64url');
  }
}
