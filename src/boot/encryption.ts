import { SYSTEM } from '#libs/access';
import { EncryptionRotation } from '../encryption/encryption.rotation.js';
import { withApplication } from './offline.js';

/**
 * Gives the keys that everything is sealed with a successor, and seals them under the current ENCRYPTION_KEY.
 *
 * @param hashes whether the key that hashes gets a successor too
 * @returns how many
 * @throws SealBroken when a former key is missing
 */
export function rotateEncryptionKey(url: string, hashes: boolean): Promise<number> {
  return withApplication(url, (app) => app.get(EncryptionRotation).run(SYSTEM, { hashes }));
}
