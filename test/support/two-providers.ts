import { createApp, type TestApp } from './app.js';
import { eventually } from './eventually.js';
import { FakeUpstream } from './fake-upstream.js';
import { givenApiKey, type GivenApiKey } from './given/api-keys.js';
import { givenModel } from './given/models.js';
import { givenSubscription } from './given/subscriptions.js';
import { givenUser, type GivenUser } from './given/users.js';

export const OPENAI_SECRET = 'sk-upstream-0123456789abcdef';
export const ANTHROPIC_SECRET = 'sk-ant-0123456789abcdef';

/** One settled call, as the ledger has it. */
export interface SettledCall {
  readonly model_id: string;
  readonly operation: string;
  readonly status: string;
  readonly streamed: boolean;
  readonly input_tokens: string;
  readonly cached_input_tokens: string;
  readonly output_tokens: string;
  readonly tokens_source: string;
  readonly images: number;
  readonly audio_seconds: number;
  readonly characters: number;
  readonly searches: number;
  readonly cost: string;
}

/** The application in front of a provider of each format, and a key that may call a model of each. */
export interface TwoProviders {
  readonly t: TestApp;
  /** Serves `gpt`, which it knows as `gpt-upstream`. */
  readonly openai: FakeUpstream;
  /** Serves `claude`, which it knows as `claude-upstream`. */
  readonly anthropic: FakeUpstream;
  readonly user: GivenUser;
  readonly key: GivenApiKey;
  /** The only usage row of a call. */
  settled(requestId: string | null): Promise<SettledCall>;
  stop(): Promise<void>;
}

export async function givenTwoProviders(environment: Record<string, string> = {}): Promise<TwoProviders> {
  const openai = (await FakeUpstream.start()).models(['gpt-upstream']);
  const anthropic = (await FakeUpstream.start()).models(['claude-upstream']);
  const t = await createApp({
    environment: {
      LITELLM_API_URL: openai.url,
      LITELLM_API_KEY: OPENAI_SECRET,
      ANTHROPIC_BASE_URL: anthropic.url,
      ANTHROPIC_API_KEY: ANTHROPIC_SECRET,
      ...environment,
    },
  });
  const user = await givenUser(t);
  await givenModel(t, { id: 'gpt', upstreamName: 'gpt-upstream', provider: 'litellm' });
  await givenModel(t, { id: 'claude', upstreamName: 'claude-upstream', provider: 'anthropic' });
  for (const model of ['gpt', 'claude']) await givenSubscription(t, user, model);
  return {
    t,
    openai,
    anthropic,
    user,
    key: await givenApiKey(t, user, ['gpt', 'claude']),
    settled: (requestId) =>
      eventually(async () => {
        const { rows } = await t.db.query<SettledCall>('SELECT * FROM usage_events WHERE request_id = $1', [requestId]);
        expect(rows).toHaveLength(1);
        return rows[0] as SettledCall;
      }),
    stop: async () => {
      await t.close();
      await openai.stop();
      await anthropic.stop();
    },
  };
}
