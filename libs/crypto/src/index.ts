export { SecretFormat } from './secret-format.js';
export type { IssuedSecret } from './secret-format.js';
export { deriveKey, randomToken, sha256 } from './tokens.js';
