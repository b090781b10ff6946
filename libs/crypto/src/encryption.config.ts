import { type ConfigProblem, defineConfig, ownSecret, secret } from '#libs/config';

const SHORTEST = 32;

/** What seals the secrets that must be read again. */
export const encryptionConfig = defineConfig(
  'encryption',
  'Encryption at rest',
  {
    key: ownSecret('ENCRYPTION_KEY', {
      description:
        'Seals what is kept to be read again: the keys of providers, and the addresses of people. Replicas share it.',
    }),
    oldKeys: secret('ENCRYPTION_KEYS_OLD', {
      description:
        'Former values of ENCRYPTION_KEY, separated by commas: they open and never seal. Of no use after `npm run rotate-encryption-key`.',
    }),
  },
  ({ oldKeys }): ConfigProblem[] =>
    formerKeys(oldKeys).some((key) => key.length < SHORTEST)
      ? [{ variable: 'ENCRYPTION_KEYS_OLD', rule: `must be keys of at least ${SHORTEST} characters` }]
      : [],
);

/** The keys of a comma separated list. */
export function formerKeys(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
}
