import { setTimeout as delay } from 'node:timers/promises';
import { build, runEntry } from '../support/built.js';
import { eventually } from '../support/eventually.js';
import { type Ask, type CallRecord, callGateway } from './caller.js';
import { contradictions, type Expectations } from './checker.js';
import { Dice } from './dice.js';
import { House, MODELS } from './house.js';
import { PROVIDER_FAULTS } from './provider.script.js';
import { Traffic, type Wish } from './traffic.js';

const LONG = process.env['SLUICE_FAULTS'] === 'long';
const SEED = Number(process.env['SLUICE_FAULTS_SEED'] ?? Math.floor(Math.random() * 1e9));

/** How often each thing goes wrong. */
const TIMES = LONG
  ? { rounds: 20, leavers: 2_000, eachFault: 50, tooFast: 10, rollings: 5, kills: 40, crashes: 10, callers: 24 }
  : { rounds: 2, leavers: 200, eachFault: 6, tooFast: 2, rollings: 1, kills: 3, crashes: 1, callers: 12 };
const LIMIT_MS = LONG ? 1_800_000 : 120_000;

const MAX_TOKENS = 40;
/** What forty tokens of an answer cost. */
const ANSWER = 80_000_000n;
/** About what an answer has, in one piece and as a stream. */
const ANSWER_BYTES = 700;
const STREAM_BYTES = 8_000;
/** What the gateway says before it asks a provider: no money, no room, no key that is trusted. */
const TURNED_AWAY = new Set([402, 429, 503]);

describe(`two gateways in which things go wrong (seed ${SEED})`, () => {
  const dice = new Dice(SEED);
  const records: CallRecord[] = [];
  const kills: { url: string; atMs: number }[] = [];
  let house: House;
  let keys: { id: string; key: string }[];

  const urls = (): string[] => house.gateways.map(({ url }) => url);

  /** A call that may go well, for one of the shared keys. */
  const wish = (throws: Dice): Wish => ({
    key: throws.pick(keys).key,
    model: throws.pick(MODELS).id,
    stream: throws.next() < 0.6,
    fault: throws.next() < 0.15 ? `slow:${throws.between(8, 25)}` : 'none',
    maxTokens: MAX_TOKENS,
  });

  const traffic = (name: string, callers = TIMES.callers, wisher = wish): Traffic =>
    new Traffic(name, urls(), dice.fork(), callers, wisher);

  /** Asks under further names until the provider is asked. */
  const insist = async (ask: Ask): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      const record = await callGateway({ ...ask, requestId: `${ask.requestId}-${attempt}` });
      records.push(record);
      if (!TURNED_AWAY.has(record.status ?? 0)) return;
      await delay(50);
    }
  };

  /** Everything that callers saw so far agrees with the ledger, and the ledger with itself. */
  const expectAgreement = async (): Promise<void> => {
    const expected: Expectations = { asked: house.asked(), kills };
    const wrong = await house.inDatabase((db) => contradictions(db, records, expected));
    expect({ seed: SEED, wrong: wrong.slice(0, 10) }).toEqual({ seed: SEED, wrong: [] });
    const environment = { DATABASE_URL: house.databaseUrl };
    const { code, stdout } = await runEntry('ledger-verify', [], { environment });
    expect({ seed: SEED, code, stdout }).toEqual({ seed: SEED, code: 0, stdout: expect.any(String) as string });
  };

  const answered = (those: readonly CallRecord[]): number => those.filter(({ whole }) => whole).length;

  beforeAll(async () => {
    process.stderr.write(`faults: seed ${SEED}\n`);
    await build();
    house = await House.open();
    keys = [await house.givenKey(), await house.givenKey(), await house.givenKey()];
    await house.givenBudget('user', await house.ownerId(), ANSWER * 1_000_000n, 'total');
    // So little that callers use it up, over and over.
    await house.givenBudget('model', 'steady', ANSWER * 120n, '3s');
    for (const { id } of keys) await house.givenBudget('key', id, ANSWER * 50n, '2s');
  }, 120_000);
  afterAll(() => house.close(), 60_000);

  it(
    'lets exactly ten of a thousand parallel calls pass on a key that pays for ten',
    async () => {
      for (let round = 0; round < TIMES.rounds; round += 1) {
        const { id, key } = await house.givenKey();
        await house.givenBudget('key', id, ANSWER * 10n, 'total');
        const calls = await Promise.all(
          Array.from({ length: 1_000 }, (_, index) =>
            callGateway({
              requestId: `rush-${round}-${index}`,
              url: urls()[index % 2] ?? '',
              key,
              model: 'exact',
              stream: false,
              fault: `full:${MAX_TOKENS}`,
              maxTokens: MAX_TOKENS,
            }),
          ),
        );
        records.push(...calls);
        expect({ seed: SEED, ...tally(calls) }).toEqual({ seed: SEED, 200: 10, 402: 990 });
      }
      await expectAgreement();
    },
    LIMIT_MS,
  );

  it(
    'has one row for every caller who hung up at whichever byte',
    async () => {
      const throws = dice.fork();
      const asks = Array.from({ length: TIMES.leavers }, (_, index) => {
        const asked = wish(throws);
        const leaveAtByte = throws.between(1, asked.stream ? STREAM_BYTES : ANSWER_BYTES);
        const leaveAfterMs = throws.between(0, 200);
        const leaves = throws.next() < 0.8 ? { leaveAtByte } : { leaveAfterMs };
        return { ...asked, ...leaves, requestId: `leave-${index}`, url: throws.pick(urls()) };
      });
      await side(20, asks, (ask) => insist(ask));
      expect(records.filter(({ end }) => end === 'left').length).toBeGreaterThan(TIMES.leavers / 2);
      await house.rest();
      await expectAgreement();
    },
    LIMIT_MS,
  );

  it(
    'charges what is known, and nothing twice, whatever the provider does',
    async () => {
      // Good calls in between, so that the provider is not given up.
      const good = traffic('good', 8);
      const throws = dice.fork();
      const faults = PROVIDER_FAULTS.flatMap((fault) => Array.from({ length: TIMES.eachFault }, () => fault));
      const asks = shuffled(faults, throws).map((fault, index) => {
        const detail = fault.endsWith(':') ? throws.between(0, fault === 'reset:' ? 3_000 : 30) : '';
        return { ...wish(throws), requestId: `fault-${index}`, url: throws.pick(urls()), fault: `${fault}${detail}` };
      });
      await side(2, asks, (ask) => insist(ask));
      for (let n = 0; n < TIMES.tooFast; n += 1) {
        const requestId = `fast-${n}`;
        records.push(await callGateway({ ...wish(throws), requestId, url: throws.pick(urls()), fault: 'error:429' }));
        await delay(1_100);
      }
      const calls = await good.stop();
      records.push(...calls);
      house.provider.release();
      // Until the provider is trusted again.
      for (const url of urls())
        await insist({ ...wish(throws), requestId: `after-${urls().indexOf(url)}`, url, fault: 'none' });
      expect(answered(calls)).toBeGreaterThan(20);
      await house.rest();
      await expectAgreement();
    },
    LIMIT_MS,
  );

  it(
    'fails no call while one gateway after the other is started anew',
    async () => {
      const callers = traffic('rolling');
      for (let round = 0; round < TIMES.rollings; round += 1) {
        for (const gateway of house.gateways) {
          await delay(dice.between(100, 500));
          expect(await gateway.stop()).toBe(0);
          await gateway.start();
        }
      }
      await delay(200);
      const calls = await callers.stop();
      records.push(...calls);
      expect({ seed: SEED, failed: calls.filter(({ whole, status }) => !whole && status !== 402) }).toEqual({
        seed: SEED,
        failed: [],
      });
      expect(answered(calls)).toBeGreaterThan(50);
      await house.rest();
      await expectAgreement();
    },
    LIMIT_MS,
  );

  it(
    'loses no answer and no money when gateways are killed',
    async () => {
      const callers = traffic('killed');
      for (let n = 0; n < TIMES.kills; n += 1) {
        await delay(dice.between(200, 1_500));
        const gateway = dice.pick(house.gateways);
        kills.push({ url: gateway.url, atMs: performance.now() });
        await gateway.kill();
        await gateway.start();
      }
      await delay(200);
      const calls = await callers.stop();
      records.push(...calls);
      expect(answered(calls)).toBeGreaterThan(50);
      await house.rest();
      await expectAgreement();
    },
    LIMIT_MS,
  );

  it(
    'loses no answer and no money when PostgreSQL is killed',
    async () => {
      const callers = traffic('crash');
      for (let n = 0; n < TIMES.crashes; n += 1) {
        await delay(dice.between(300, 1_500));
        house.killPostgres();
        await eventually(() => house.query('SELECT 1'), 30_000);
        await delay(500);
      }
      const calls = await callers.stop();
      records.push(...calls);
      expect(answered(calls)).toBeGreaterThan(20);
      await house.rest();
      await expectAgreement();
    },
    LIMIT_MS,
  );
});

/** How many calls ended with which status, or without any. */
function tally(calls: readonly CallRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, end } of calls) counts[status ?? end] = (counts[status ?? end] ?? 0) + 1;
  return counts;
}

/** So many at a time, in order. */
async function side<T>(width: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  return items
    .map((item) => ({ item, at: dice.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
