import type { PersonalColumn } from '#libs/privacy';

export const subscriptionsPersonalData: readonly PersonalColumn[] = [
  {
    table: 'subscriptions',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'subscriptions',
      columns: {
        id: 'id',
        modelId: 'model_id',
        status: 'status',
        quotaRequests: 'quota_requests',
        quotaTokens: 'quota_tokens',
        createdAt: 'created_at',
      },
      newestBy: 'created_at',
    },
  },
];
