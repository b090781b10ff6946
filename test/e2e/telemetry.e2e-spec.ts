import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser } from '../support/given/users.js';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const SECRETS = ['sk-upstream-0123456789abcdef', 'sk-upstream-fedcba9876543210'];
const CLIENT = 3;
const ERROR = 2;
const messages = [{ role: 'user', content: 'Tell nobody about the heliotrope' }];

interface House {
  readonly t: TestApp;
  readonly up: FakeUpstream;
  readonly collector: OtlpReceiver;
  readonly key: GivenApiKey;
  stop(): Promise<void>;
}

async function givenHouse(environment: Readonly<Record<string, string | undefined>> = {}): Promise<House> {
  const collector = await OtlpReceiver.start();
  const up = (await FakeUpstream.start()).models(['gpt-upstream']);
  const t = await createApp({
    environment: {
      LITELLM_API_URL: up.url,
      LITELLM_API_KEY: SECRETS.join(','),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-token',
      ...environment,
    },
  });
  const user = await givenUser(t);
  await givenModel(t, { id: 'gpt', upstreamName: 'gpt-upstream', provider: 'litellm' });
  await givenSubscription(t, user, 'gpt');
  return {
    t,
    up,
    collector,
    key: await givenApiKey(t, user, ['gpt']),
    stop: async () => {
      await t.close();
      await up.stop();
      await collector.stop();
    },
  };
}

/** The span of a call and those of its attempts, once they have arrived. */
function traceOf(collector: OtlpReceiver, requestId: string | null): Promise<[ReceivedSpan, ...ReceivedSpan[]]> {
  return eventually(() => {
    const call = collector.spans.find(({ attributes }) => attributes['sluice.request.id'] === requestId);
    if (!call) throw new Error('The span has not arrived.');
    return Promise.resolve([call, ...collector.spans.filter(({ parentSpanId }) => parentSpanId === call.spanId)]);
  });
}

describe('the traces of calls', () => {
  let house: House;
  const chat = (more: object = {}, headers: Record<string, string> = {}) =>
    house.key.http.post('/v1/chat/completions', { model: 'gpt', messages, ...more }, { headers });

  beforeAll(async () => {
    house = await givenHouse();
  });
  beforeEach(() => house.up.reset());
  afterAll(() => house.stop());

  it('have a span for the call, below the span of its caller, and one for its attempt at the provider', async () => {
    const answer = await chat({}, { traceparent: `00-${TRACE}-${PARENT}-01` });
    const [call, attempt, ...others] = await traceOf(house.collector, answer.headers.get('x-request-id'));
    const { port } = new URL(house.up.url);
    const usage = (answer.body as { usage: Record<string, number> }).usage;
    expect(call).toMatchObject({
      name: 'chat gpt',
      kind: CLIENT,
      service: 'sluice',
      traceId: TRACE,
      parentSpanId: PARENT,
      status: { code: 0 },
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'litellm',
        'gen_ai.request.model': 'gpt',
        'gen_ai.request.stream': false,
        'gen_ai.response.model': 'gpt-upstream',
        'gen_ai.usage.input_tokens': usage['prompt_tokens'],
        'gen_ai.usage.output_tokens': usage['completion_tokens'],
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'server.port': Number(port),
        'sluice.cost': answer.headers.get('x-sluice-cost'),
      },
    });
    expect(call.attributes['error.type']).toBeUndefined();
    expect(others).toEqual([]);
    expect(attempt).toMatchObject({
      name: 'POST /chat/completions',
      kind: CLIENT,
      traceId: TRACE,
      attributes: {
        'gen_ai.request.model': 'gpt-upstream',
        'http.request.method': 'POST',
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'url.full': `${house.up.url}/v1/chat/completions`,
      },
    });
  });

  it('begin anew where the caller has none, or one that cannot be read', async () => {
    for (const traceparent of [undefined, '00-nonsense', `00-${'0'.repeat(32)}-${PARENT}-01`]) {
      const answer = await chat({}, traceparent === undefined ? {} : { traceparent });
      const [call] = await traceOf(house.collector, answer.headers.get('x-request-id'));
      expect(call.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
      expect(call.parentSpanId ?? '').toBe('');
    }
  });

  it('leave out the call of a caller whose own trace is not sampled', async () => {
    const quiet = await chat({}, { traceparent: `00-${TRACE}-${PARENT}-00` });
    const heard = await chat();
    await traceOf(house.collector, heard.headers.get('x-request-id'));
    const ids = house.collector.spans.map(({ attributes }) => attributes['sluice.request.id']);
    expect(ids).not.toContain(quiet.headers.get('x-request-id'));
  });

  it('say of a stream how soon it began', async () => {
    const answer = await chat({ stream: true });
    const [{ attributes }] = await traceOf(house.collector, answer.headers.get('x-request-id'));
    expect(attributes).toMatchObject({ 'gen_ai.request.stream': true, 'gen_ai.response.model': 'gpt-upstream' });
    expect(attributes['gen_ai.response.time_to_first_chunk']).toBeLessThan(5);
    expect(attributes['gen_ai.usage.output_tokens']).toBeGreaterThan(0);
  });

  it('show each attempt of a call that another key had to answer', async () => {
    house.up.nextError(500);
    const answer = await chat();
    expect(answer.status).toBe(200);
    const [call, first, second] = await traceOf(house.collector, answer.headers.get('x-request-id'));
    expect(call.status.code).toBe(0);
    expect(first).toMatchObject({ status: { code: ERROR }, attributes: { 'error.type': '500' } });
    expect(first?.attributes['http.request.resend_count']).toBeUndefined();
    expect(second).toMatchObject({
      status: { code: 0 },
      attributes: { 'http.response.status_code': 200, 'http.request.resend_count': 1 },
    });
  });

  it('name the error of a call that failed, by its type alone', async () => {
    house.up.always({ status: 400 });
    const refused = await chat();
    expect(refused.status).toBe(400);
    house.up.always({ resetAtByte: 0 });
    const broken = await chat();
    expect(broken.status).toBe(502);
    const [first] = await traceOf(house.collector, refused.headers.get('x-request-id'));
    const [second, attempt] = await traceOf(house.collector, broken.headers.get('x-request-id'));
    expect(first).toMatchObject({ status: { code: ERROR }, attributes: { 'error.type': '400' } });
    expect(second).toMatchObject({ status: { code: ERROR }, attributes: { 'error.type': 'failed' } });
    expect(attempt).toMatchObject({ status: { code: ERROR }, attributes: { 'error.type': 'reset' } });
    expect([first, second, attempt].map((span) => [span?.status.message ?? '', span?.events?.length ?? 0])).toEqual([
      ['', 0],
      ['', 0],
      ['', 0],
    ]);
  });

  it('name no model that there is not: callers invent names', async () => {
    const answer = await chat({ model: 'invented-by-me' });
    expect(answer.status).toBe(403);
    const span = await eventually(() => {
      const found = house.collector.spans.find(({ attributes }) => attributes['error.type'] === 'model_not_allowed');
      if (!found) throw new Error('The span has not arrived.');
      return Promise.resolve(found);
    });
    expect(span.name).toBe('chat');
    expect(house.collector.bodies.join('')).not.toContain('invented-by-me');
  });

  it('hold no word of what was asked or answered, and no secret; the provider hears nothing of them', async () => {
    const answer = await chat({ user: 'person-17' }, { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'a=1' });
    await traceOf(house.collector, answer.headers.get('x-request-id'));
    const all = house.collector.bodies.join('');
    expect(all).toContain(TRACE);
    for (const word of ['heliotrope', 'simulated', 'person-17', house.key.key, ...SECRETS]) {
      expect(all).not.toContain(word);
    }
    expect(Object.keys(house.up.last.headers).filter((name) => /^trace|baggage/.test(name))).toEqual([]);
    expect(house.collector.authorizations.at(-1)).toBe('Bearer collector-token');
  });
});

describe('a provider that is to know of the trace', () => {
  it('gets the span of the attempt as its parent, and nothing else of the caller', async () => {
    const house = await givenHouse({ TRACE_CONTEXT_PROVIDERS: 'litellm' });
    try {
      const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'a=1', baggage: 'b=2' };
      const answer = await house.key.http.post('/v1/chat/completions', { model: 'gpt', messages }, { headers });
      const [, attempt] = await traceOf(house.collector, answer.headers.get('x-request-id'));
      const told = house.up.last.headers;
      expect(told['traceparent']).toBe(`00-${TRACE}-${String(attempt?.spanId)}-01`);
      expect([told['tracestate'], told['baggage']]).toEqual([undefined, undefined]);
    } finally {
      await house.stop();
    }
  });
});

describe('the metrics for the collector', () => {
  it('are those of the conventions, with their units and bounds, also of the last calls before the end', async () => {
    const house = await givenHouse();
    const { http } = house.key;
    const whole = await http.post('/v1/chat/completions', { model: 'gpt', messages });
    await http.post('/v1/chat/completions', { model: 'gpt', messages, stream: true });
    house.up.next({ status: 400 });
    await http.post('/v1/chat/completions', { model: 'gpt', messages });
    await house.t.close();
    const { series } = house.collector;
    const labels = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'litellm',
      'gen_ai.request.model': 'gpt',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(house.up.url).port),
    };
    const of = (name: string, more: object = {}) =>
      series.find(
        (each) =>
          each.name === name && JSON.stringify(sorted(each.labels)) === JSON.stringify(sorted({ ...labels, ...more })),
      );
    const { usage } = whole.body as { usage: { prompt_tokens: number } };
    const input = of('gen_ai.client.token.usage', { 'gen_ai.token.type': 'input' });
    expect(input).toMatchObject({ unit: '{token}', count: 2, sum: 2 * usage.prompt_tokens });
    expect(input?.bounds).toEqual(Array.from({ length: 14 }, (_, power) => 4 ** power));
    expect(of('gen_ai.client.token.usage', { 'gen_ai.token.type': 'output' })).toMatchObject({ count: 2 });
    const duration = of('gen_ai.client.operation.duration');
    expect(duration).toMatchObject({ unit: 's', count: 2 });
    expect(duration?.bounds).toEqual(Array.from({ length: 14 }, (_, power) => Number((0.01 * 2 ** power).toFixed(2))));
    expect(of('gen_ai.client.operation.duration', { 'error.type': '400' })).toMatchObject({ count: 1 });
    const first = of('gen_ai.server.time_to_first_token');
    expect(first).toMatchObject({ unit: 's', count: 1 });
    expect(first?.bounds).toEqual([
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]);
    await house.up.stop();
    await house.collector.stop();
  });
});

describe('a collector that fails', () => {
  it.each([
    ['refuses everything', (collector: OtlpReceiver) => Promise.resolve(collector.answerWith(400))],
    ['answers nothing', (collector: OtlpReceiver) => Promise.resolve(collector.stall())],
    ['is gone', (collector: OtlpReceiver) => collector.stop()],
  ])('disturbs no call and holds up no end when it %s, and what it did not get is counted', async (how, fail) => {
    const house = await givenHouse();
    const { t, key, collector } = house;
    await fail(collector);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => key.http.post('/v1/chat/completions', { model: 'gpt', messages })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    if (how === 'refuses everything') {
      await eventually(async () => {
        const { text } = await t.http.get('/metrics');
        expect(text).toContain('telemetry_spans_dropped_total{reason="not_delivered"} 40');
      });
      expect(t.logs.join('')).toContain('Spans are lost on their way to the collector');
    }
    const before = performance.now();
    await t.close();
    expect(performance.now() - before).toBeLessThan(10_000);
    await house.up.stop();
    if (how !== 'is gone') await collector.stop();
  });
});

function sorted(labels: object): unknown {
  return Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
