import type { FakeUpstream } from '../fake-upstream.js';
import type { GivenUser } from './users.js';

export interface GivenPool {
  readonly id: string;
  readonly slug: string;
  /** Of the keys, in the order in which they were given. */
  readonly keyIds: readonly string[];
  /** Where the provider's keys live in the API. */
  readonly keys: string;
}

/**
 * A provider at a fake upstream with its keys, made at the front door. The application must have
 * PROVIDER_PRIVATE_ADDRESSES.
 */
export async function givenPool(
  admin: GivenUser,
  up: FakeUpstream,
  values: readonly string[],
  traits: { name?: string; rotation?: string } = {},
): Promise<GivenPool> {
  const name = traits.name ?? `Pool ${Math.random().toString(36).slice(2, 10)}`;
  const provider = await admin.http.post<{ data: { id: string; slug: string } }>('/api/v1/admin/providers', {
    name,
    type: 'openai',
    baseUrl: `${up.url}/v1`,
    allowPrivate: true,
    ...(traits.rotation === undefined ? {} : { rotation: traits.rotation }),
  });
  if (provider.status !== 201) throw new Error(`The given provider was refused: ${provider.status} ${provider.text}`);
  const { id, slug } = provider.body.data;
  const keys = `/api/v1/admin/providers/${id}/keys`;
  const keyIds: string[] = [];
  for (const value of values) {
    const key = await admin.http.post<{ data: { id: string } }>(keys, { value });
    if (key.status !== 201) throw new Error(`The given key was refused: ${key.status} ${key.text}`);
    keyIds.push(key.body.data.id);
  }
  return { id, slug, keyIds, keys };
}
