import { SYSTEM } from '#libs/access';
import { EncryptionRotation } from '../encryption/encryption.rotation.js';
import { withApplication } from './offline.js';

/**
 * Seals everything that is sealed with the current ENCRYPTION_KEY.
 *
 * @returns how many
 * @throws SealBroken when a former key is missing
 */
export function rotateEncryptionKey(url: string): Promise<number> {
  return withApplication(url, (app) => app.get(EncryptionRotation).run(SYSTEM));
}
