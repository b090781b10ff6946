import { defineConfig } from './slice.js';
import { folder } from './variable.js';

/** What every part of the process shares. */
export const platformConfig = defineConfig('platform', 'Process', {
  dataDir: folder('DATA_DIR', {
    default: '.sluice',
    description: 'Folder for the embedded database, generated secrets and whatever else must outlive a restart.',
  }),
});
