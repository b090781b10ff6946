import { monitorEventLoopDelay } from 'node:perf_hooks';
import { build, runEntry } from '../support/built.js';
import { Dice } from './dice.js';
import { House } from './house.js';
import { PLAN } from './plan.js';
import { type Findings, publish } from './report.js';
import { kills, rolling } from './scenarios/gateways.js';
import { leavers } from './scenarios/leavers.js';
import { clock, disk } from './scenarios/machine.js';
import { mutations, provider } from './scenarios/provider.js';
import { rush } from './scenarios/rush.js';
import { settlement } from './scenarios/settlement.js';
import { postgres, redisFaults } from './scenarios/stores.js';
import { ANSWER, type Scenario, Stage } from './stage.js';

/** Those that need another environment than the usual come last, side by side. */
const SCENARIOS: readonly Scenario[] = [
  rush,
  leavers,
  provider,
  mutations,
  rolling,
  kills,
  postgres,
  redisFaults,
  settlement,
  disk,
  clock,
];

describe(`two gateways in which things go wrong (seed ${PLAN.seed})`, () => {
  const dice = new Dice(PLAN.seed);
  const findings: Findings[] = [];
  const keys: { id: string; key: string }[] = [];
  let house: House;

  beforeAll(async () => {
    process.stderr.write(`faults: ${PLAN.size}, seed ${PLAN.seed}\n`);
    await build();
    house = await House.open();
    const callers = BigInt(PLAN.callers);
    // Never reached, although ten thousand lies about usage are charged to it.
    await house.givenBudget('user', await house.ownerId(), ANSWER * 1_000_000_000_000n, 'total');
    // So little that callers use it up, over and over.
    await house.givenBudget('model', 'steady', ANSWER * 6n * callers, '3s');
    for (let n = 0; n < 3; n += 1) {
      const key = await house.givenKey();
      await house.givenBudget('key', key.id, ANSWER * 3n * callers, '2s');
      keys.push(key);
    }
  }, 120_000);
  afterAll(async () => {
    publish(findings);
    await house.close();
  }, 60_000);

  for (const scenario of SCENARIOS) {
    // Of its own, so that it is the same whether or not others came before it.
    const own = dice.fork();
    if (PLAN.only?.includes(scenario.name) === false) continue;
    const lacks = scenario.lacks?.();
    (lacks === undefined ? it : it.skip)(
      lacks === undefined ? scenario.title : `${scenario.title} (${lacks})`,
      async () => {
        const stage = new Stage(house, own, keys, scenario.name);
        findings.push(stage.findings);
        const times = PLAN.times ?? scenario.times[PLAN.size];
        const startedAtMs = performance.now();
        const lag = monitorEventLoopDelay({ resolution: 10 });
        lag.enable();
        const stopWatching = stage.watchCaps();
        try {
          await scenario.play(stage, times);
          stage.findings.passed = stage.findings.contradictions.length === 0;
        } finally {
          await stopWatching();
          stage.turnPage();
          // Says how far times can be believed: the provider and the callers are in this process.
          stage.worst('the driver itself was late', lag.max / 1e6);
          stage.findings.times = times;
          stage.findings.seconds = (performance.now() - startedAtMs) / 1_000;
        }
        expect(stage.findings.contradictions).toEqual([]);
      },
      PLAN.limitMs,
    );
  }

  it('leaves a ledger in which ledger:verify finds nothing, and no call with two rows', async () => {
    const environment = { DATABASE_URL: house.databaseUrl };
    const { code, stdout } = await runEntry('ledger-verify', [], { environment });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
    const [counted] = await house.query<{ rows: number; calls: number }>(
      'SELECT count(*)::int AS rows, count(DISTINCT request_id)::int AS calls FROM usage_events',
    );
    expect(counted?.calls).toBe(counted?.rows);
    // Each row was compared with a call, as far as the scenarios came to their ends.
    const compared = findings.reduce((sum, { rows }) => sum + rows, 0);
    if (findings.every(({ passed }) => passed)) expect(counted?.rows).toBe(compared);
  });
});
