import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { UserPrincipal } from '#libs/access';
import { DomainError } from '#libs/kernel';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { ModelsService } from '../models/models.service.js';
import { Entitlements } from '../subscriptions/entitlements.js';
import { SubscriptionsService } from '../subscriptions/subscriptions.service.js';

const NAME = 'quick-start';
const LIFETIME_MS = 24 * 3_600_000;
/** How many of the cheapest models are looked at. */
const CANDIDATES = 20;

export interface QuickStart {
  readonly key: string;
  readonly modelId: string;
}

/**
 * Lets a person call a model within the first minute: subscribes the administrator to one and makes a key for
 * it that lives for a day. The keys of earlier starts are revoked, so that they do not pile up.
 *
 * @returns undefined when the administrator can call no model now
 */
export async function quickStart(app: NestFastifyApplication, actor: UserPrincipal): Promise<QuickStart | undefined> {
  const keys = app.get(ApiKeysService);
  const modelId = await cheapestUsable(app, actor);
  if (modelId === undefined) return undefined;
  const earlier = await keys.list(actor, { page: 1, limit: 100, search: NAME, status: 'active' });
  for (const { id, name } of earlier.items) if (name === NAME) await keys.revoke(actor, id);
  const expiresAt = new Date(Date.now() + LIFETIME_MS).toISOString();
  const { key } = await keys.issue(actor, { name: NAME, modelIds: [modelId], expiresAt });
  return { key, modelId };
}

/** The cheapest model that the actor may call, or may call once subscribed; first those whose provider was reached last. */
async function cheapestUsable(app: NestFastifyApplication, actor: UserPrincipal): Promise<string | undefined> {
  const cheapest = { capability: 'chat', availability: 'available', sort: 'inputCost', order: 'asc' } as const;
  const models = await app.get(ModelsService).list(actor, { page: 1, limit: CANDIDATES, ...cheapest });
  const candidates = models.items.toSorted((a, b) => Number(a.stale) - Number(b.stale));
  const modelIds = candidates.map(({ id }) => id);
  const active = await app.get(Entitlements).activeModels(actor.userId, modelIds);
  for (const { id, restricted } of candidates) {
    if (active.has(id)) return id;
    // One that needs approval would only leave a request behind that nobody made.
    if (!restricted && (await subscribe(app, actor, id))) return id;
  }
  return undefined;
}

/** @returns whether the subscription is active; one that somebody suspended or ended stays as it is */
async function subscribe(app: NestFastifyApplication, actor: UserPrincipal, modelId: string): Promise<boolean> {
  try {
    const { status } = await app.get(SubscriptionsService).subscribe(actor, { modelId });
    return status === 'active';
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}
