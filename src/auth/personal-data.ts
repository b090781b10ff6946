import type { PersonalColumn, RetentionRule } from '#libs/privacy';

export const authPersonalData: readonly PersonalColumn[] = [
  {
    table: 'sessions',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'sessions',
      columns: {
        id: 'id',
        ip: 'ip',
        userAgent: 'user_agent',
        methods: 'methods',
        createdAt: 'created_at',
        lastActivity: 'last_used_at',
        expiresAt: 'expires_at',
        endedAt: 'ended_at',
        endReason: 'end_reason',
      },
      newestBy: 'created_at',
    },
  },
  {
    table: 'violations',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'violations',
      columns: { id: 'id', type: 'type', score: 'score', network: 'network', createdAt: 'created_at' },
      newestBy: 'created_at',
    },
  },
  {
    table: 'totp_factors',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'authenticatorApps',
      columns: { createdAt: 'created_at', enabledAt: 'enabled_at', lastUsedAt: 'last_used_at' },
      newestBy: 'created_at',
    },
  },
  {
    table: 'passkeys',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'passkeys',
      columns: { id: 'id', name: 'name', createdAt: 'created_at', lastUsedAt: 'last_used_at' },
      newestBy: 'created_at',
    },
  },
  {
    table: 'personal_tokens',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'personalAccessTokens',
      columns: {
        id: 'id',
        name: 'name',
        prefix: 'prefix',
        createdAt: 'created_at',
        expiresAt: 'expires_at',
        lastUsedAt: 'last_used_at',
        endedAt: 'ended_at',
      },
      newestBy: 'created_at',
    },
  },
  {
    table: 'device_requests',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: { omit: 'Devices that wait for a token, for minutes.' },
  },
  { table: 'backup_codes', column: 'user_id', onDeletion: 'cascade', inExport: { omit: 'Hashes of codes.' } },
  {
    table: 'sign_in_challenges',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: { omit: 'Sign-ins that wait for a second factor, for minutes.' },
  },
  {
    table: 'identities',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'identities',
      columns: {
        id: 'id',
        provider: 'provider',
        issuer: 'issuer',
        subject: 'subject',
        createdAt: 'created_at',
        lastUsedAt: 'last_used_at',
      },
      newestBy: 'created_at',
    },
  },
  {
    table: 'one_time_links',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: { omit: 'Links that were mailed, by their hash.' },
  },
  { table: 'former_passwords', column: 'user_id', onDeletion: 'cascade', inExport: { omit: 'Hashes of passwords.' } },
  {
    table: 'sign_ins',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'signIns',
      columns: { id: 'id', at: 'at', success: 'success', methods: 'methods', ip: 'ip', userAgent: 'user_agent' },
      newestBy: 'at',
    },
  },
  {
    table: 'known_devices',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: { name: 'knownDevices', columns: { seenAt: 'seen_at' }, newestBy: 'seen_at' },
  },
  {
    table: 'invitations',
    column: 'used_by',
    onDeletion: 'delete',
    inExport: { omit: 'The address that the account was made with is there.' },
  },
  {
    table: 'invitations',
    column: 'invited_by',
    onDeletion: 'clear',
    inExport: { omit: 'It says who invited, not whom.' },
  },
  {
    table: 'phone_codes',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: { omit: 'Codes that were sent, for minutes.' },
  },
];

export const authRetention: readonly RetentionRule[] = [
  {
    kind: 'sessions',
    description: 'Sessions that ended or ran out.',
    table: 'sessions',
    since: 'coalesce(ended_at, expires_at)',
    days: 90,
  },
];
