import { openAiBase, proxyRoot } from '../base-url.js';
import type { ProviderKind } from '../base-url.js';
import type { UpstreamClient } from '../upstream.client.js';
import { UpstreamFailure } from '../upstream-failure.js';
import { asRecord } from '../usage.reader.js';
import { fromAnthropic, fromLiteLlm, fromOpenAi, fromOpenRouter } from './model.mappers.js';
import type { UpstreamModel } from './upstream-model.js';

/** What is needed to read a provider's catalogue. */
export interface CatalogueProvider {
  kind: ProviderKind;
  baseUrl: string;
  apiKey?: string;
  allowPrivate?: boolean;
}

/** The provider answered, but not with a catalogue. `status` is its HTTP status. */
export class CatalogueRefused extends Error {
  override readonly name = 'CatalogueRefused';

  constructor(readonly status: number) {
    super(`The provider refused to list its models (HTTP ${status})`);
  }
}

const MAX_CATALOGUE_BYTES = 32 * 1024 * 1024;
const MAX_PAGES = 50;
const ANTHROPIC_VERSION = '2023-06-01';

/** Reads the catalogue of a provider and maps it to one shape. */
export class ModelLister {
  constructor(
    private readonly client: UpstreamClient,
    private readonly timeoutMs = 15_000,
  ) {}

  /**
   * @throws UpstreamFailure when there is no answer, or no JSON
   * @throws CatalogueRefused when the answer's status is not 2xx
   */
  async listModels(provider: CatalogueProvider): Promise<UpstreamModel[]> {
    switch (provider.kind) {
      case 'litellm':
        return this.listLiteLlm(provider);
      case 'openai':
        return fromOpenAi(await this.get(provider, openAiBase('openai', provider.baseUrl), '/models'));
      case 'openrouter':
        return fromOpenRouter(await this.get(provider, openAiBase('openrouter', provider.baseUrl), '/models'));
      case 'anthropic':
        return this.listAnthropic(provider);
    }
  }

  /** A proxy may be too old for `/model/info` or hide it; its OpenAI list then gives at least the names. */
  private async listLiteLlm(provider: CatalogueProvider): Promise<UpstreamModel[]> {
    try {
      return fromLiteLlm(await this.get(provider, proxyRoot(provider.baseUrl), '/model/info'));
    } catch (error) {
      if (error instanceof CatalogueRefused && error.status === 404) {
        return fromOpenAi(await this.get(provider, openAiBase('litellm', provider.baseUrl), '/models'));
      }
      throw error;
    }
  }

  private async listAnthropic(provider: CatalogueProvider): Promise<UpstreamModel[]> {
    const models: UpstreamModel[] = [];
    let after = '';
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = asRecord(await this.get(provider, provider.baseUrl, `/models?limit=1000${after}`));
      models.push(...fromAnthropic(answer));
      const last = answer?.['last_id'];
      if (answer?.['has_more'] !== true || typeof last !== 'string') {
        break;
      }
      after = `&after_id=${encodeURIComponent(last)}`;
    }
    return models;
  }

  private async get(provider: CatalogueProvider, baseUrl: string, path: string): Promise<unknown> {
    const { status, body } = await this.client.request({
      baseUrl,
      path,
      method: 'GET',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'sluice',
        ...keyOf(provider),
      },
      headersTimeoutMs: this.timeoutMs,
      bodyTimeoutMs: this.timeoutMs,
      allowPrivate: provider.allowPrivate,
    });
    if (status < 200 || status > 299) {
      body.cancel();
      throw new CatalogueRefused(status);
    }
    const bytes = await body.bytes(MAX_CATALOGUE_BYTES);
    try {
      return JSON.parse(bytes.toString('utf8'));
    } catch {
      throw new UpstreamFailure('protocol', 'not_json', 'The provider did not answer with JSON');
    }
  }
}

function keyOf({ kind, apiKey }: CatalogueProvider): Record<string, string> {
  if (kind === 'anthropic') {
    const version = { 'anthropic-version': ANTHROPIC_VERSION };
    return apiKey === undefined ? version : { ...version, 'x-api-key': apiKey };
  }
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}
