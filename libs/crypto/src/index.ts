export { CryptoModule } from './crypto.module.js';
export { encryptionConfig } from './encryption.config.js';
export { SealBroken, SealedBox } from './sealed-box.js';
export type { Sealed, SealedPlace } from './sealed-box.js';
export { SecretFormat } from './secret-format.js';
export type { IssuedSecret } from './secret-format.js';
export { deriveKey, randomToken, sha256, sha256Base64 } from './tokens.js';
