import { createClient } from './generated/client/index.js';

export * from './generated/index.js';

/**
 * A client of one Sluice. Give it to each call: `listModels({ client, query: { search: 'gpt' } })`.
 *
 * @param credential an access token for the control plane, or an API key for the gateway
 */
export function createSluiceClient(baseUrl: string, credential?: string): ReturnType<typeof createClient> {
  return createClient({ baseUrl, ...(credential === undefined ? {} : { auth: credential }) });
}
