import type { ApiKeyPrincipal, CallerLimits, CallerRate } from '#libs/access';
import type { FoundApiKey } from './api-key-lookup.repository.js';

/** What the gateway sees of a key: made once, and the same object for as long as the key is remembered. */
export function principalOf(key: FoundApiKey): ApiKeyPrincipal {
  const limits = limitsOf(key);
  return Object.freeze({
    kind: 'api-key',
    id: key.id,
    userId: key.userId,
    models: modelsOf(key),
    ...(key.permissions === null ? {} : { permissions: new Set(key.permissions) }),
    ...(key.teamId === null ? {} : { teamId: key.teamId }),
    ...(limits === undefined ? {} : { limits }),
  });
}

/** A team's list narrows a key's; an empty one does not. */
function modelsOf({ modelIds, teamModels }: FoundApiKey): ReadonlySet<string> {
  if (teamModels === null || teamModels.length === 0) return new Set(modelIds);
  return new Set(modelIds.filter((id) => teamModels.includes(id)));
}

/** Undefined where nothing limits the key, so that a call needs no more than one look to know it. */
function limitsOf(key: FoundApiKey): CallerLimits | undefined {
  const rates = [
    ...ratesOf(`key:${key.id}`, key.rpmLimit, key.tpmLimit),
    ...ratesOf(`user:${key.userId}`, key.ownerRpmLimit, key.ownerTpmLimit),
    ...(key.teamId === null ? [] : ratesOf(`team:${key.teamId}`, key.teamRpmLimit, key.teamTpmLimit)),
  ];
  const limited = new Set([...Object.keys(key.modelRpmLimit), ...Object.keys(key.modelTpmLimit)]);
  const modelRates = new Map(
    Array.from(limited, (model) => {
      const [rpm = null, tpm = null] = [key.modelRpmLimit[model], key.modelTpmLimit[model]];
      return [model, ratesOf(`key:${key.id}:${model}`, rpm, tpm)] as const;
    }),
  );
  const parallel = key.maxParallelRequests ?? undefined;
  if (rates.length === 0 && modelRates.size === 0 && parallel === undefined) return undefined;
  return { rates, modelRates, parallel };
}

function ratesOf(name: string, requests: number | null, tokens: number | null): CallerRate[] {
  return [
    ...(requests === null ? [] : [{ name: `${name}:requests`, policy: 'requests' as const, limit: requests }]),
    ...(tokens === null ? [] : [{ name: `${name}:tokens`, policy: 'tokens' as const, limit: tokens }]),
  ];
}
