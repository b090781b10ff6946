import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { UserPrincipal } from '#libs/access';
import { DomainError } from '#libs/kernel';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { ModelsService } from '../models/models.service.js';
import { SubscriptionsService } from '../subscriptions/subscriptions.service.js';

const NAME = 'quick-start';
const LIFETIME_MS = 24 * 3_600_000;

export interface QuickStart {
  readonly key: string;
  readonly modelId: string;
}

/**
 * Lets a person call a model within the first minute: subscribes the administrator to one and makes a key for
 * it that lives for a day. The keys of earlier starts are revoked, so that they do not pile up.
 *
 * @returns undefined when no model can be called now
 */
export async function quickStart(app: NestFastifyApplication, actor: UserPrincipal): Promise<QuickStart | undefined> {
  const keys = app.get(ApiKeysService);
  const models = await app
    .get(ModelsService)
    .list(actor, { page: 1, limit: 1, capability: 'chat', availability: 'available', sort: 'inputCost', order: 'asc' });
  const modelId = models.items[0]?.id;
  if (modelId === undefined) return undefined;
  try {
    await app.get(SubscriptionsService).subscribe(actor, { modelId });
  } catch (error) {
    if (!(error instanceof DomainError && error.kind === 'conflict')) throw error;
  }
  const earlier = await keys.list(actor, { page: 1, limit: 100, search: NAME, status: 'active' });
  for (const { id, name } of earlier.items) if (name === NAME) await keys.revoke(actor, id);
  const expiresAt = new Date(Date.now() + LIFETIME_MS).toISOString();
  const { key } = await keys.issue(actor, { name: NAME, modelIds: [modelId], expiresAt });
  return { key, modelId };
}
