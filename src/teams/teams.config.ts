import { choice, defineConfig } from '#libs/config';

export const teamsConfig = defineConfig('teams', 'Teams', {
  succession: choice('TEAM_SUCCESSION', ['transfer', 'refuse'], {
    default: 'transfer',
    description:
      'What happens to teams whose only owner deletes the account: they pass to the longest-standing of the highest role, or the deletion is refused. Teams without anybody else are deleted.',
  }),
});
