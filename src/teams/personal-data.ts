import type { PersonalColumn } from '#libs/privacy';

export const teamsPersonalData: readonly PersonalColumn[] = [
  {
    table: 'team_members',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'teams',
      from: 'team_members m JOIN teams t ON t.id = m.team_id',
      columns: { id: 't.id', slug: 't.slug', name: 't.name', role: 'm.role', joinedAt: 'm.joined_at' },
      newestBy: 'm.joined_at',
    },
  },
  {
    table: 'teams',
    column: 'created_by',
    onDeletion: 'clear',
    inExport: { omit: 'The teams that somebody is in are there.' },
  },
];
