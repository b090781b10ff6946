import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { deriveKey, type KeyedHash, KeyedHashes, randomToken, sameText } from '#libs/crypto';
import { Clock } from '#libs/kernel';
import { currentRequest } from '#libs/observability';
import { authConfig } from '../auth.config.js';
import { deviceOf } from './device.js';
import { KnownDevicesRepository } from './known-devices.repository.js';

const ID_BYTES = 16;

/**
 * Tells the devices that an account was used on from all others: by a mark `<device>.<seal>` that is worth something
 * for that account alone, and where there is none by the kind of the device and its network, of which a keyed hash is
 * kept. It lets nobody in: whoever has a mark may go on guessing where a lock-out stops strangers.
 */
@Injectable()
export class KnownDevices {
  private readonly key: Uint8Array;
  private readonly hash: KeyedHash;

  constructor(
    @InjectConfig(authConfig) { jwtSecret }: ConfigOf<typeof authConfig>,
    private readonly devices: KnownDevicesRepository,
    private readonly clock: Clock,
    hashes: KeyedHashes,
  ) {
    this.key = deriveKey(jwtSecret, 'known-device');
    this.hash = hashes.for('known-device');
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

  /** Whether the account was used from where the present request comes from. */
  async isUsedFromHere(userId: string | undefined, mark: string | undefined): Promise<boolean> {
    if (userId === undefined) return false;
    return this.read(mark, userId) !== undefined || this.devices.exists(userId, this.here());
  }

  /** Notes that the account is used from where the present request comes from. @returns whether it was, and whether any was */
  note(userId: string): Promise<{ wasKnown: boolean; knewAny: boolean }> {
    return this.devices.note(userId, this.here(), this.clock.date());
  }

  /** A new version of a browser is no new device, a new network is. */
  private here(): Buffer[] {
    const { network = '', userAgent = null } = currentRequest() ?? {};
    return this.hash.candidates(`${deviceOf(userAgent)}\n${network}`);
  }

  private seal(device: string, userId: string): string {
    return createHmac('sha256', this.key).update(`${device}.${userId}`).digest('base64url');
  }
}
