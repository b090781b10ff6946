import { defineConfig } from './slice.js';
import { folder, url } from './variable.js';

/** What every part of the process shares. */
export const platformConfig = defineConfig('platform', 'Process', {
  dataDir: folder('DATA_DIR', {
    default: '.sluice',
    description: 'Folder for the embedded database, generated secrets and whatever else must outlive a restart.',
  }),
  publicUrl: url('PUBLIC_URL', {
    schemes: ['http', 'https'],
    default: 'http://localhost:3000',
    description:
      'Address at which people reach this house; links in mails begin with it, whatever a request says of its host.',
    hardening: {
      refuse: (value) => (value.startsWith('https:') ? undefined : 'must begin with https://'),
      stopsIn: ['production'],
    },
  }),
});

/**
 * An address of this house for people.
 *
 * @param secret what only the page may learn: behind the `#`, so that no server and no log on the way gets it
 */
export function publicLink({ publicUrl }: { readonly publicUrl: string }, path: string, secret?: string): string {
  const link = `${publicUrl.replace(/[/?#]+$/, '')}${path}`;
  return secret === undefined ? link : `${link}#${secret}`;
}
