import { KeyedHashes, SecretFormat } from '#libs/crypto';
import { newId } from '#libs/kernel';
import type { TestApp } from '../app.js';
import type { TestHttp } from '../http.js';

export interface GivenApiKey {
  readonly id: string;
  /** The whole secret. */
  readonly key: string;
  /** A client that calls with the key. */
  readonly http: TestHttp;
}

export interface ApiKeyFacts {
  readonly name?: string;
  readonly expiresAt?: Date;
  readonly revokedAt?: Date;
}

const format = new SecretFormat('sk-sluice-');

/**
 * An API key as the database keeps one. It is written past the application, so it needs no subscription: say
 * `givenSubscription` as well where a call shall be let through.
 */
export async function givenApiKey(
  t: TestApp,
  owner: { readonly id: string },
  modelIds: readonly string[],
  facts: ApiKeyFacts = {},
): Promise<GivenApiKey> {
  const id = newId();
  const { value, display } = format.issue();
  await t.db.query(
    `WITH issued AS (
       INSERT INTO api_keys (id, user_id, name, prefix, secret_hash, expires_at, revoked_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       RETURNING id
     )
     INSERT INTO api_key_models (api_key_id, model_id) SELECT id, unnest($8::text[]) FROM issued`,
    [
      id,
      owner.id,
      facts.name ?? 'a key',
      display,
      t.app.get(KeyedHashes).for('api-key').hash(value),
      facts.expiresAt ?? null,
      facts.revokedAt ?? null,
      [...new Set(modelIds)],
    ],
  );
  return { id, key: value, http: t.http.bearer(value) };
}
