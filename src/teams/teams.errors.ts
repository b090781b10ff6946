import { defineErrors } from '#libs/kernel';

export const teamErrors = defineErrors({
  team_not_found: ['not_found', 'There is no such team.'],
  team_slug_taken: ['conflict', 'Another team has this slug.'],
  team_needs_owner: ['conflict', 'Give the teams that you alone own to somebody else first; each is listed.'],
  team_is_default: ['invalid', 'The default team cannot be deleted: everybody is in it.'],
});
