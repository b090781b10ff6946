import { defineJob } from '#libs/jobs';

export const noteLastUse = defineJob({
  name: 'api-keys-note-last-use',
  description: 'Writes down when API keys were last used.',
  everySeconds: 30,
});
