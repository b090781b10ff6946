import { Injectable } from '@nestjs/common';
import { httpErrors } from '#libs/http';
import { type Pico, picoToUsd, usdToPico } from '#libs/kernel';
import { capOf, type CapView, type CapWish, SpendingCaps, viewOf, WHOLE_LIFE } from '#libs/limits';
import { TeamMembership } from '../teams/team.membership.js';
import type { ApiKeyRecord } from './api-key.entity.js';
import { ApiKeyModels } from './api-key.models.js';
import { apiKeyErrors } from './api-keys.errors.js';
import { permissionsOf } from './key-permissions.js';

/** The columns of a key that say what it may do, and how much of it. */
export type KeyOptions = Pick<
  ApiKeyRecord,
  'permissions' | 'rpmLimit' | 'tpmLimit' | 'modelRpmLimit' | 'modelTpmLimit' | 'maxParallelRequests' | 'teamId'
>;

/** What somebody wishes of a key beside its models; undefined stays, null takes away. */
export interface KeyTermsWish extends CapWish {
  readonly permissions?: readonly string[] | null;
  readonly rpmLimit?: number | null;
  readonly tpmLimit?: number | null;
  readonly modelRpmLimit?: Readonly<Record<string, unknown>>;
  readonly modelTpmLimit?: Readonly<Record<string, unknown>>;
  readonly maxParallelRequests?: number | null;
  readonly teamId?: string | null;
  readonly modelMaxBudget?: Readonly<Record<string, unknown>>;
}

/** What a key may spend. */
export interface KeyBudgets extends CapView {
  /** Decimals of US dollars by model. */
  readonly modelMaxBudget: Readonly<Record<string, string>>;
}

const NO_OPTIONS: KeyOptions = {
  permissions: null,
  rpmLimit: null,
  tpmLimit: null,
  modelRpmLimit: {},
  modelTpmLimit: {},
  maxParallelRequests: null,
  teamId: null,
};
const MOST_A_MINUTE = 2_147_483_647;
const USD = /^\d{1,12}(\.\d{1,12})?$/;

/** Decides what a key may do, how fast, and for how much money. */
@Injectable()
export class ApiKeyTerms {
  constructor(
    private readonly allowed: ApiKeyModels,
    private readonly teams: TeamMembership,
    private readonly caps: SpendingCaps,
  ) {}

  /** @throws DomainError model_unknown, subscription_required */
  models(ownerId: string, wished: readonly string[]): Promise<string[]> {
    return this.allowed.permitted(ownerId, wished);
  }

  /** @throws DomainError validation_failed, api_key_team_foreign */
  async options(ownerId: string, wish: KeyTermsWish, before: KeyOptions = NO_OPTIONS): Promise<KeyOptions> {
    const { permissions, modelRpmLimit, modelTpmLimit } = wish;
    const teamId = wish.teamId === undefined ? before.teamId : wish.teamId;
    if (teamId !== null && teamId !== before.teamId && !(await this.teams.roleOf(ownerId, teamId))) {
      throw apiKeyErrors.api_key_team_foreign({ param: 'teamId' });
    }
    return {
      teamId,
      permissions: permissions === undefined ? before.permissions : permissions && permissionsOf(permissions),
      rpmLimit: wish.rpmLimit === undefined ? before.rpmLimit : wish.rpmLimit,
      tpmLimit: wish.tpmLimit === undefined ? before.tpmLimit : wish.tpmLimit,
      modelRpmLimit: modelRpmLimit === undefined ? before.modelRpmLimit : counts(modelRpmLimit, 'modelRpmLimit'),
      modelTpmLimit: modelTpmLimit === undefined ? before.modelTpmLimit : counts(modelTpmLimit, 'modelTpmLimit'),
      maxParallelRequests:
        wish.maxParallelRequests === undefined ? before.maxParallelRequests : wish.maxParallelRequests,
    };
  }

  /** Part of the open transaction. @throws DomainError validation_failed */
  async setBudgets(keyId: string, modelIds: readonly string[], wish: KeyTermsWish): Promise<void> {
    const before = (await this.caps.of('key', [keyId])).get(keyId);
    const cap = capOf(wish, before);
    if (cap !== undefined) await this.caps.set('key', keyId, cap);
    const { modelMaxBudget } = wish;
    if (modelMaxBudget === undefined) return;
    const amounts = money(modelMaxBudget, modelIds);
    const period = (cap ?? before)?.period ?? wish.budgetDuration ?? WHOLE_LIFE;
    const known = await this.modelCaps([keyId], modelIds);
    for (const model of modelIds) {
      const id = scopeOf(keyId, model);
      const amount = amounts.get(model);
      if (amount !== undefined) await this.caps.set('key-model', id, { amount, period });
      else if (known.has(id)) await this.caps.set('key-model', id, null);
    }
  }

  /** In the order of the keys. */
  async budgets(keys: readonly { id: string; modelIds: readonly string[] }[]): Promise<KeyBudgets[]> {
    const ids = keys.map(({ id }) => id);
    const caps = await this.caps.of('key', ids);
    const modelCaps = await this.caps.of(
      'key-model',
      keys.flatMap(({ id, modelIds }) => modelIds.map((model) => scopeOf(id, model))),
    );
    return keys.map(({ id, modelIds }) => ({
      ...viewOf(caps.get(id)),
      modelMaxBudget: Object.fromEntries(
        modelIds.flatMap((model) => {
          const amount = modelCaps.get(scopeOf(id, model))?.amount;
          return amount === undefined || amount === null ? [] : [[model, picoToUsd(amount)]];
        }),
      ),
    }));
  }

  /** Spending begins anew now, of the key and of each of its models. Part of the open transaction. */
  async restart(keyId: string, modelIds: readonly string[]): Promise<void> {
    await this.caps.restart('key', keyId);
    for (const id of (await this.modelCaps([keyId], modelIds)).keys()) await this.caps.restart('key-model', id);
  }

  private modelCaps(keyIds: readonly string[], modelIds: readonly string[]) {
    return this.caps.of(
      'key-model',
      keyIds.flatMap((id) => modelIds.map((model) => scopeOf(id, model))),
    );
  }
}

function scopeOf(keyId: string, modelId: string): string {
  return `${keyId}:${modelId}`;
}

function counts(map: Readonly<Record<string, unknown>>, param: string): Record<string, number> {
  const entries = Object.entries(map);
  for (const [model, value] of entries) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MOST_A_MINUTE) {
      throw invalid(param, model, `must be a whole number from 1 to ${MOST_A_MINUTE}`);
    }
  }
  return Object.fromEntries(entries) as Record<string, number>;
}

function money(map: Readonly<Record<string, unknown>>, modelIds: readonly string[]): Map<string, Pico> {
  return new Map(
    Object.entries(map).map(([model, value]) => {
      if (!modelIds.includes(model)) throw invalid('modelMaxBudget', model, 'is not a model of this key');
      if (typeof value !== 'string' || !USD.test(value)) {
        throw invalid('modelMaxBudget', model, 'must be a decimal amount of US dollars, as text');
      }
      return [model, usdToPico(value)];
    }),
  );
}

function invalid(param: string, model: string, rule: string): Error {
  return httpErrors.validation_failed({ message: `${param}[${JSON.stringify(model)}] ${rule}`, param });
}
