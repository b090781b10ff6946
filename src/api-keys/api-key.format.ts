import { SecretFormat } from '#libs/crypto';

/** What our API keys look like: `sk-sluice-<8 public characters>_<256 random bits><checksum>`. */
export const API_KEY_FORMAT = new SecretFormat('sk-sluice-');
