import { request as httpRequest } from 'node:http';
import OpenAI from 'openai';
import { newId } from '#libs/kernel';
import { FIND_RESPONSES } from '../../src/usage/kept.responses.js';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenPool } from '../support/given/providers.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';
import { planOf } from '../support/query-plan.js';

const MODELS = ['m1', 'unbounded', 'elsewhere'];
/** Pico-dollars a token. */
const [INPUT, OUTPUT] = [2_500_000n, 10_000_000n];

describe('answers that a provider keeps', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let second: FakeUpstream;
  let admin: GivenUser;
  let user: GivenUser;
  let key: GivenApiKey;
  let stranger: GivenApiKey;

  const clientOf = ({ key: apiKey }: GivenApiKey): OpenAI =>
    new OpenAI({ baseURL: `${t.url}/v1`, apiKey, maxRetries: 0 });

  beforeAll(async () => {
    [up, second] = [await FakeUpstream.start(), await FakeUpstream.start()];
    up.models(['served-here']);
    second.models(['served']);
    t = await createApp({
      environment: {
        LITELLM_API_URL: up.url,
        LITELLM_API_KEY: 'sk-upstream-0123456789abcdef',
        PROVIDER_PRIVATE_ADDRESSES: 'true',
      },
    });
    admin = await givenUser(t, { role: 'admin' });
    const pool = await givenPool(admin, second, [`sk-upstream-${newId()}`]);
    await givenModel(t, { id: 'unbounded', provider: 'litellm', upstreamName: 'served-here' });
    await t.db.query("UPDATE models SET context_length = NULL WHERE id = 'unbounded'");
    await givenModel(t, { id: 'elsewhere', provider: pool.slug, upstreamName: 'served' });
    await givenModel(t, { id: 'm1', provider: 'litellm', upstreamName: 'served-here', contextLength: 128_000 });
    user = await givenUser(t);
    const other = await givenUser(t);
    for (const person of [user, other])
      for (const model of MODELS) await givenSubscription(t, person, model, { quotaTokens: 1_000_000_000 });
    key = await givenApiKey(t, user, MODELS);
    stranger = await givenApiKey(t, other, MODELS);
  });
  beforeEach(() => {
    up.reset();
    second.reset();
  });
  afterAll(async () => {
    await t.close();
    await up.stop();
    await second.stop();
  });

  const asked = (): number => [...up.requests, ...second.requests].filter(({ method }) => method === 'POST').length;
  const post = ({ http }: GivenApiKey, body: object): Promise<TestResponse> =>
    http.post('/v1/responses', { model: 'm1', input: 'Hello', max_output_tokens: 8, ...body });
  const keptId = async (answer: Promise<TestResponse>): Promise<string> => {
    const { status, body } = await answer;
    expect([status, body]).toMatchObject([200, { id: expect.stringMatching(/^resp_/) as string }]);
    return String(body['id']);
  };
  const rowOf = async (answer: TestResponse): Promise<Record<string, unknown> | undefined> => {
    const { rows } = await t.db.query<Record<string, unknown>>('SELECT * FROM usage_events WHERE request_id = $1', [
      answer.headers.get('x-request-id'),
    ]);
    return rows[0];
  };
  const notFound = (id: string): object => ({
    error: {
      code: 'previous_response_not_found',
      type: 'invalid_request_error',
      param: 'previous_response_id',
      message: `Previous response with id "${id}" not found.`,
    },
  });

  it('are gone on from by who got them, whole and as a stream, with any of their keys', async () => {
    const client = clientOf(key);
    const first = await client.responses.create({ model: 'm1', input: 'Hello' });
    const { rows } = await t.db.query('SELECT 1 FROM usage_events WHERE provider_response_id = $1 AND user_id = $2', [
      first.id,
      user.id,
    ]);
    expect(rows).toHaveLength(1);
    const stream = client.responses.stream({ model: 'm1', input: 'Go on', previous_response_id: first.id });
    const streamed = await stream.finalResponse();
    expect(up.last.json).toMatchObject({ previous_response_id: first.id, stream: true });
    expect(streamed.id).not.toBe(first.id);
    const again = clientOf(await givenApiKey(t, user, ['m1']));
    await again.responses.create({ model: 'm1', input: 'And on', previous_response_id: streamed.id });
    expect(up.last.json).toMatchObject({ previous_response_id: streamed.id });
  });

  it.each([false, true])(
    'are nothing to anybody else, who cannot tell that they exist (stream: %s)',
    async (stream) => {
      const foreign = await keptId(post(key, {}));
      const absent = `resp_${newId()}`;
      const before = asked();
      for (const id of [foreign, absent]) {
        const refused = await post(stranger, { previous_response_id: id, stream });
        expect([refused.status, refused.body]).toMatchObject([400, notFound(id)]);
        expect(refused.headers.get('content-type')).toMatch('application/json');
        expect(await rowOf(refused)).toBeUndefined();
      }
      const theirs = clientOf(stranger).responses.create({ model: 'm1', input: 'Hi', previous_response_id: foreign });
      await expect(theirs).rejects.toThrow(OpenAI.BadRequestError);
      await expect(theirs).rejects.toMatchObject({
        code: 'previous_response_not_found',
        param: 'previous_response_id',
      });
      expect(asked()).toBe(before);
      expect((await t.db.query('SELECT 1 FROM budget_leases WHERE amount > 0')).rows).toEqual([]);
    },
  );

  it.each([
    ['that no database takes', 'resp_\u0000'],
    ['that is no id', 'two words'],
    ['longer than any', 'x'.repeat(5_000)],
  ])('are not found under a name %s', async (_what, id) => {
    expect((await post(key, { previous_response_id: id })).status).toBe(400);
    expect(asked()).toBe(0);
  });

  it('are known by a name that is said once, and not in another spelling', async () => {
    const foreign = await keptId(post(stranger, {}));
    const own = await keptId(post(key, {}));
    const before = asked();
    for (const twice of [
      `"previous_response_id":"${own}","previous_response_id":"${foreign}"`,
      `"previous_response_id":"${own}","previous_response\\u005fid":"${foreign}"`,
      `"previous_response_id":"${own}","Previous_Response_Id":"${foreign}"`,
      `"previous_response_id":["${foreign}"]`,
    ]) {
      const refused = await key.http.post('/v1/responses', `{"model":"m1","input":"Hi",${twice}}`);
      expect([refused.status, refused.body]).toMatchObject([400, { error: { param: 'previous_response_id' } }]);
    }
    expect(asked()).toBe(before);
  });

  it('are not those that the caller asked not to be kept', async () => {
    const id = await keptId(post(key, { store: false }));
    expect((await post(key, { previous_response_id: id })).body).toMatchObject(notFound(id));
  });

  it('are gone on from where an idempotency key gave them again', async () => {
    const headers = { 'idempotency-key': newId() };
    const ask = () => key.http.post('/v1/responses', { model: 'm1', input: 'Hello' }, { headers });
    const id = await keptId(ask());
    const replayed = await ask();
    expect([replayed.headers.get('idempotency-replayed'), replayed.body['id']]).toEqual(['true', id]);
    expect((await post(key, { previous_response_id: id })).status).toBe(200);
    expect((await post(stranger, { previous_response_id: id })).status).toBe(400);
  });

  it('are gone on from at the provider that keeps them, and at no other', async () => {
    const id = await keptId(post(key, {}));
    const before = asked();
    expect((await post(key, { model: 'elsewhere', previous_response_id: id })).body).toMatchObject(notFound(id));
    expect(asked()).toBe(before);

    const answering = await givenModel(t, { provider: 'litellm', upstreamName: 'served-here' });
    await givenSubscription(t, user, answering.id);
    const own = await givenApiKey(t, user, [answering.id]);
    await admin.http.put(`/api/v1/admin/models/${answering.id}/fallbacks`, { fallbackIds: ['elsewhere'] });
    // What stands in answered once; the conversation stays with it although the first can answer again.
    up.always({ resetAtByte: 0 });
    const stood = await keptId(post(own, { model: answering.id }));
    up.reset();
    second.reset();
    const on = await post(own, { model: answering.id, previous_response_id: stood });
    expect([on.status, on.headers.get('x-sluice-model')]).toEqual([200, 'elsewhere']);
    expect([up.requests.length, second.requests.length]).toEqual([0, 1]);
    // And it is not taken elsewhere where its provider fails.
    second.always({ status: 500 });
    expect((await post(own, { model: answering.id, previous_response_id: stood })).status).toBe(502);
    expect(up.requests).toHaveLength(0);
  });

  it('are held for with all that the model can read', async () => {
    const given = async (model: string, amount: bigint): Promise<GivenApiKey> => {
      const own = await givenApiKey(t, user, [model]);
      await t.db.query(
        "INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1, 'key', $2, $3, 'total')",
        [newId(), own.id, amount.toString()],
      );
      await t.db.query("SELECT pg_notify('sluice_budgets', 'changed')");
      return own;
    };
    const id = await keptId(post(key, {}));
    const answer = 8n * OUTPUT;
    for (const [model, context] of [
      ['m1', 128_000n],
      ['unbounded', 10_000_000n],
    ] as const) {
      const most = context * INPUT + answer;
      const short = await given(model, most - 1n);
      const before = asked();
      const refused = await eventually(async () => {
        const one = await post(short, { model, previous_response_id: id });
        expect(one.status).toBe(402);
        return one;
      });
      expect(refused.body).toMatchObject({ error: { code: 'key_budget_exceeded' } });
      expect(asked() - before).toBeLessThanOrEqual(1);
      // The same without what is in no body.
      expect((await post(short, { model })).status).toBe(200);
      const enough = await given(model, most);
      expect((await post(enough, { model, previous_response_id: id })).status).toBe(200);
    }
  });

  it('are counted with what came before, where the provider says nothing of it', async () => {
    up.next({ usage: { input_tokens: 5_000, output_tokens: 700, total_tokens: 5_700 } });
    const id = await keptId(post(key, {}));
    up.next({ usage: 'omit' });
    const answer = await post(key, { previous_response_id: id });
    expect(answer.status).toBe(200);
    const row = await rowOf(answer);
    expect(row).toMatchObject({ tokens_source: 'counted' });
    expect(Number(row?.['input_tokens'])).toBeGreaterThan(5_700);
    expect(Number(row?.['input_tokens'])).toBeLessThan(5_800);
  });

  it('are on record although the caller hung up in their middle', async () => {
    up.next({ pauseAfterChunks: 3 });
    const call = httpRequest(`${t.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
    });
    call.on('error', () => undefined);
    call.end(JSON.stringify({ model: 'm1', input: 'Hello', stream: true }));
    const said = await new Promise<Buffer>((resolve) =>
      call.once('response', (response) => response.once('data', resolve)),
    );
    call.destroy();
    const id = /"id":"(resp_[^"]+)"/.exec(said.toString())?.[1];
    await eventually(async () => {
      const { rows } = await t.db.query('SELECT status FROM usage_events WHERE provider_response_id = $1', [id]);
      expect(rows).toEqual([{ status: 'aborted' }]);
    });
  });

  it('are found by an index', async () => {
    const person = newId();
    await t.db.query(
      `INSERT INTO usage_events (id, request_id, user_id, api_key_id, model_id, provider_id, operation, status, streamed,
                                 input_tokens, cached_input_tokens, output_tokens, tokens_source, cost, latency_ms,
                                 provider_response_id)
       SELECT gen_random_uuid(), 'r', CASE WHEN n % 2 = 0 THEN $1::uuid ELSE md5((n % 100)::text)::uuid END,
              gen_random_uuid(), 'm1', gen_random_uuid(), 'responses', 'completed', false, 1, 0, 1, 'provider', 1, 1,
              CASE WHEN n % 3 > 0 THEN 'resp_' || n END
         FROM generate_series(1, 20000) AS n`,
      [person],
    );
    await t.db.query('ANALYZE usage_events');
    const plan = await planOf(t, { query: FIND_RESPONSES.text, parameters: [person, 'resp_4', [newId(), newId()]] });
    expect(plan.find((node) => node['Relation Name'] === 'usage_events')).toMatchObject({
      'Node Type': 'Index Scan',
      'Index Name': 'usage_events_response',
    });
  });
});

describe('what else a provider keeps', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let key: GivenApiKey;

  beforeAll(async () => {
    up = (await FakeUpstream.start()).models(['m1']);
    t = await createApp({ environment: { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream-0123456789abcdef' } });
    const user = await givenUser(t);
    await givenSubscription(t, user, 'm1');
    key = await givenApiKey(t, user, ['m1']);
  });
  afterEach(() => expect(up.calls).toHaveLength(0));
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  const chat = (content: object) => ({ messages: [{ role: 'user', content: [content] }] });
  const input = (item: object) => ({ input: [{ role: 'user', content: 'Hi' }, item] });
  const tool = (facts: object) => ({ input: 'Hi', tools: [facts] });

  it.each<[path: string, param: string, body: object]>([
    ['chat/completions', 'file_id', chat({ type: 'file', file: { file_id: 'file-1' } })],
    ['chat/completions', 'audio.id', { messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }],
    ['chat/completions', 'previous_response_id', { ...chat({}), previous_response_id: 'resp_1' }],
    ['responses', 'conversation', { input: 'Hi', conversation: 'conv_1' }],
    ['responses', 'conversation', { input: 'Hi', conversation: { id: 'conv_1' } }],
    ['responses', 'prompt', { prompt: { id: 'pmpt_1' } }],
    ['responses', 'input[1].id', input({ type: 'item_reference', id: 'msg_1' })],
    ['responses', 'input[1].id', input({ id: 'msg_1' })],
    ['responses', 'input[1].id', input({ type: 'reasoning', id: 'rs_1', summary: [] })],
    ['responses', 'input[1].id', input({ type: 'image_generation_call', id: 'ig_1' })],
    ['responses', 'file_id', input({ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] })],
    ['responses', 'file_id', input({ role: 'user', content: [{ type: 'input_image', file_id: 'file-1' }] })],
    ['responses', 'vector_store_ids', tool({ type: 'file_search', vector_store_ids: ['vs_1'] })],
    ['responses', 'container', tool({ type: 'code_interpreter', container: 'cntr_1' })],
    ['responses', 'file_ids', tool({ type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-1'] } })],
    ['responses', 'container_id', tool({ type: 'shell', environment: { container_id: 'cntr_1' } })],
    ['responses', 'tunnel_id', tool({ type: 'mcp', server_label: 'a', tunnel_id: 't_1' })],
    ['audio/speech', 'voice.id', { input: 'Hi', voice: { id: 'voice_1' } }],
    ['images/edits', 'file_id', { prompt: 'A gate', images: [{ file_id: 'file-1' }] }],
    ['ocr', 'file_id', { document: { type: 'file', file_id: 'f' } }],
  ])('is refused on /v1/%s as %s', async (path, param, body) => {
    const refused = await key.http.post(`/v1/${path}`, { model: 'm1', ...body });
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { error: { code: 'provider_state_not_allowed', type: 'invalid_request_error', param } },
    ]);
    expect(refused.text).toContain(param);
  });

  it.each<[param: string, body: object]>([
    ['container', { ...chat({}), container: 'container_1' }],
    ['container.id', { ...chat({}), container: { id: 'container_1' } }],
    ['skill_id', { ...chat({}), container: { skills: [{ type: 'custom', skill_id: 'skill_1' }] } }],
    ['previous_message_id', { ...chat({}), thread: { type: 'continue', previous_message_id: 'msg_1' } }],
    ['file_id', chat({ type: 'document', source: { type: 'file', file_id: 'file_1' } })],
    ['file_id', chat({ type: 'container_upload', file_id: 'file_1' })],
  ])('is refused in the format of Anthropic as %s', async (param, body) => {
    for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
      const refused = await key.http.post(path, { model: 'm1', max_tokens: 8, ...body });
      expect([refused.status, refused.body]).toMatchObject([
        400,
        {
          type: 'error',
          error: {
            type: 'invalid_request_error',
            code: 'provider_state_not_allowed',
            message: expect.stringContaining(param) as string,
          },
        },
      ]);
    }
  });

  it('is refused in a form', async () => {
    const form = new FormData();
    form.set('model', 'm1');
    form.set('prompt', 'A gate');
    form.set('image[0][file_id]', 'file-1');
    const response = await fetch(`${t.url}/v1/images/edits`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.key}` },
      body: form,
    });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: 'provider_state_not_allowed', param: 'file_id' } },
    ]);
  });

  it.each(['"background":true', '"background":"true"', '"background":true,"background":false'])(
    'is nothing that is made for later: %s',
    async (background) => {
      const refused = await key.http.post('/v1/responses', `{"model":"m1","input":"Hi",${background}}`);
      expect([refused.status, refused.body]).toMatchObject([400, { error: { param: 'background' } }]);
    },
  );
});
