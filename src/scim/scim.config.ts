import { ROLES } from '#libs/access';
import { type ConfigProblem, defineConfig, list, text } from '#libs/config';

export const scimConfig = defineConfig(
  'scim',
  'Provisioning by SCIM',
  {
    roleGroups: list('SCIM_ROLE_GROUPS', {
      default: [],
      description:
        'Which groups of the directory give a role, as `role=group`: `admin=Platform owners, admin-readonly=Auditors`. The ' +
        'strongest role counts, and whoever is in none of the groups is a `user`. A group is named by its `displayName` or ' +
        'its `externalId`. Left out, the directory gives no roles.',
    }),
    identityProvider: text('SCIM_IDENTITY_PROVIDER', {
      description:
        'Slug of the identity provider that knows people by the `externalId` that the directory gives them, so that they ' +
        'can sign in with it. Left out, they have no way to sign in.',
    }),
  },
  ({ roleGroups }): ConfigProblem[] =>
    roleGroups.every((entry) => readRoleGroup(entry) !== undefined)
      ? []
      : [{ variable: 'SCIM_ROLE_GROUPS', rule: `must be a list of role=group, where a role is ${ROLES.join(', ')}` }],
);

/** @returns undefined for what is no `role=group` */
export function readRoleGroup(entry: string): { role: string; group: string } | undefined {
  const [, role = '', group = ''] = /^([a-z-]+)=(.+)$/.exec(entry) ?? [];
  const name = group.trim();
  return ROLES.some((each) => each === role) && name !== '' ? { role, group: name } : undefined;
}
