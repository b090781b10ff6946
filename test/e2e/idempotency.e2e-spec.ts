import { JobRunner } from '#libs/jobs';
import { removeExpiredAnswers } from '../../src/gateway/idempotency/idempotency.jobs.js';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { TestHttp, type TestResponse } from '../support/http.js';

const chat = (more: object = {}): object => ({ model: 'm1', messages: [{ role: 'user', content: 'Hello' }], ...more });
const ADDRESS = '/v1/chat/completions';

describe('an idempotency key', () => {
  let up: FakeUpstream;
  let t: TestApp;
  let other: TestApp;
  let user: GivenUser;
  let secret: string;
  let here: TestHttp;
  let there: TestHttp;
  let number = 0;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([{ id: 'm1', inputCostPerToken: 0.0000025, outputCostPerToken: 0.00001 }, { id: 'm2' }]);
    const environment = { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream-0123456789abcdef' };
    t = await createApp({ environment });
    other = await createApp({ databaseUrl: t.databaseUrl, environment: { ...environment, RUN_JOBS: 'false' } });
    user = await givenUser(t);
    await givenSubscription(t, user, 'm1');
    secret = (await givenApiKey(t, user, ['m1'])).key;
    here = t.http.bearer(secret);
    there = new TestHttp(other.url).bearer(secret);
  });
  beforeEach(() => up.reset());
  afterAll(async () => {
    await other.close();
    await t.close();
    await up.stop();
  });

  const freshKey = (): string => `order-${(number += 1)}`;
  const post = (http: TestHttp, key: string, body: object = chat()): Promise<TestResponse> =>
    http.post(ADDRESS, body, { headers: { 'idempotency-key': key } });
  const codeOf = ({ body }: TestResponse): unknown => (body['error'] as { code?: unknown } | undefined)?.code;
  const stateOf = async (key: string): Promise<string | undefined> => {
    const { rows } = await t.db.query<{ state: string }>('SELECT state FROM idempotency_keys WHERE key = $1', [key]);
    return rows[0]?.state;
  };

  it('has an answer given again, on another replica too, without another call', async () => {
    const key = freshKey();
    const first = await post(here, key);
    expect(first.status).toBe(200);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const second = await post(there, key);
    expect(second.status).toBe(200);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.text).toBe(first.text);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(second.headers.get('x-sluice-model')).toBe('m1');
    expect(second.headers.get('x-sluice-cost')).toBe('0');
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(up.requests).toHaveLength(1);
    const { rows } = await t.db.query('SELECT 1 FROM usage_events WHERE request_id = ANY ($1)', [
      [first.headers.get('x-request-id'), second.headers.get('x-request-id')],
    ]);
    expect(rows).toHaveLength(1);
  });

  it('has a stream given again byte for byte', async () => {
    const key = freshKey();
    const first = await post(here, key, chat({ stream: true }));
    const second = await post(there, key, chat({ stream: true }));
    expect(first.text).toContain('data: [DONE]');
    expect(second.text).toBe(first.text);
    expect(second.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(up.requests).toHaveLength(1);
  });

  it('is refused for another body and for another address', async () => {
    const key = freshKey();
    await post(here, key);
    const changed = await post(there, key, chat({ temperature: 0.5 }));
    expect([changed.status, codeOf(changed)]).toEqual([409, 'idempotency_key_reused']);
    const elsewhere = await here.post('/v1/completions', chat(), { headers: { 'idempotency-key': key } });
    expect([elsewhere.status, codeOf(elsewhere)]).toEqual([409, 'idempotency_key_reused']);
    expect(up.requests).toHaveLength(1);
  });

  it('belongs to its API key', async () => {
    const key = freshKey();
    const { http } = await givenApiKey(t, user, ['m1']);
    await post(here, key);
    expect((await post(http, key)).headers.get('idempotency-replayed')).toBeNull();
    expect(up.requests).toHaveLength(2);
  });

  it('makes one call of thirty at once on two replicas, and the others are told to wait', async () => {
    const key = freshKey();
    up.always({ delayMs: 300 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => post(index % 2 === 0 ? here : there, key)),
    );
    expect(up.requests).toHaveLength(1);
    const made = answers.filter(({ status }) => status === 200);
    expect(made.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    const waiting = answers.filter(({ status }) => status === 409);
    expect(made.length + waiting.length).toBe(30);
    expect(waiting.length).toBeGreaterThan(0);
    for (const answer of waiting) {
      expect(codeOf(answer)).toBe('idempotency_key_in_flight');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });

  it('is free again after a refusal, for which nothing was sent', async () => {
    const key = freshKey();
    await t.db.query("UPDATE subscriptions SET status = 'suspended' WHERE user_id = $1", [user.id]);
    await eventually(async () => expect((await post(here, key)).status).toBe(403), 1_000);
    expect(await stateOf(key)).toBeUndefined();
    await t.db.query("UPDATE subscriptions SET status = 'active' WHERE user_id = $1", [user.id]);
    expect((await post(here, key)).status).toBe(200);
    expect(up.requests).toHaveLength(1);
  });

  it('is free again after a failure that the provider told of', async () => {
    const key = freshKey();
    up.always({ status: 500 });
    expect((await post(here, key)).status).toBe(502);
    up.reset();
    expect((await post(here, key)).status).toBe(200);
    expect(up.requests).toHaveLength(1);
  });

  it("has the provider's objection given again", async () => {
    const key = freshKey();
    up.nextError(400);
    const first = await post(here, key);
    const second = await post(there, key);
    expect([first.status, second.status, second.text]).toEqual([400, 400, first.text]);
    expect(up.requests).toHaveLength(1);
  });

  it('is spent when an answer breaks off, for it may have been worked on', async () => {
    const key = freshKey();
    up.next({ resetAtByte: 200 });
    await post(here, key, chat({ stream: true }));
    await eventually(async () => expect(await stateOf(key)).toBe('broken'));
    const again = await post(there, key, chat({ stream: true }));
    expect([again.status, codeOf(again)]).toEqual([409, 'idempotency_key_spent']);
    expect(up.requests).toHaveLength(1);
  });

  it('keeps the answer for a caller that hung up before it came', async () => {
    const key = freshKey();
    up.next({ delayMs: 300 });
    const hangUp = new AbortController();
    const first = fetch(new URL(ADDRESS, t.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(chat()),
      signal: hangUp.signal,
    });
    await eventually(() => expect(up.requests).toHaveLength(1));
    hangUp.abort();
    await expect(first).rejects.toThrow();
    await eventually(async () => expect(await stateOf(key)).toBe('kept'));
    const again = await post(there, key);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(up.requests).toHaveLength(1);
  });

  it('says that an answer above a megabyte cannot be given again', async () => {
    const key = freshKey();
    up.next({ body: JSON.stringify({ choices: [], padding: 'x'.repeat(1_100_000) }) });
    expect((await post(here, key)).text.length).toBeGreaterThan(1_100_000);
    const again = await post(there, key);
    expect([again.status, codeOf(again)]).toEqual([409, 'idempotency_key_spent']);
    expect(again.text).toContain('too large');
    expect(up.requests).toHaveLength(1);
  });

  it('leaves a call without one as it is, with what it cost in its headers', async () => {
    up.next({ usage: { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 } });
    const { headers } = await here.post(ADDRESS, chat());
    expect(headers.get('x-sluice-request-id')).toBe(headers.get('x-request-id'));
    expect(headers.get('x-sluice-model')).toBe('m1');
    expect(headers.get('x-sluice-provider')).toBe('litellm');
    expect(headers.get('x-sluice-cost')).toBe('0.0045');
    const stream = await here.post(ADDRESS, chat({ stream: true }));
    expect(stream.headers.get('x-sluice-model')).toBe('m1');
    expect(stream.headers.get('x-sluice-provider')).toBe('litellm');
    expect(stream.headers.get('x-sluice-cost')).toBeNull();
    const { text } = await t.http.get('/metrics');
    expect(text).toMatch(/gateway_time_to_first_token_seconds_count\{operation="chat.completions"\} [1-9]/);
  });

  it('is forgotten after a day, and its answer removed', async () => {
    const key = freshKey();
    await post(here, key);
    const expire = () => t.db.query('UPDATE idempotency_keys SET expires_at = now() WHERE key = $1', [key]);
    await expire();
    expect((await post(here, key)).headers.get('idempotency-replayed')).toBeNull();
    expect(up.requests).toHaveLength(2);
    await expire();
    await t.db.query("UPDATE jobs SET last_run_at = now() - interval '1 day' WHERE name = $1", [
      removeExpiredAnswers.name,
    ]);
    await t.app.get(JobRunner).run(removeExpiredAnswers);
    expect(await stateOf(key)).toBeUndefined();
  });

  it.each(['', 'with space', 'x'.repeat(256)])('is refused where it is malformed: %p', async (key) => {
    const answer = await post(here, key);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'idempotency_key_malformed']);
    expect(up.requests).toHaveLength(0);
  });
});
