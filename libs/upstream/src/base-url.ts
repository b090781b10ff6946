/** How a provider is spoken to; decides where its catalogue lies and how it is read. */
export type ProviderKind = 'litellm' | 'openai' | 'openrouter' | 'anthropic';

/**
 * The base that OpenAI paths are appended to (`<base>/chat/completions`).
 *
 * Conventions of the environment names: `OPENAI_BASE_URL` and its like already end in `/v1`, `LITELLM_API_URL` is the
 * root of the proxy, whose OpenAI paths live under `/v1`.
 */
export function openAiBase(kind: ProviderKind, baseUrl: string): string {
  const base = baseUrl.replace(/\/+$/, '');
  return kind === 'litellm' && !base.endsWith('/v1') ? `${base}/v1` : base;
}

/** The root of a LiteLLM proxy, where `/model/info` lies. */
export function proxyRoot(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '');
}
