import { setTimeout as delay } from 'node:timers/promises';
import { describeVerdict, verifyLedger } from '../../src/usage/verify/ledger.verification.js';
import { type Ask, type CallRecord, callGateway } from './caller.js';
import { compare, contradictionsAtRest, OVER_CAP } from './checker.js';
import type { Dice } from './dice.js';
import { type House, MODELS } from './house.js';
import { PLAN } from './plan.js';
import { type Findings, newFindings } from './report.js';
import { Traffic, type Wish } from './traffic.js';

export const MAX_TOKENS = 40;
/** What forty tokens of an answer cost. */
export const ANSWER = 80_000_000n;
/** What the gateway says before it asks a provider: no money, no room, no key that is trusted. */
const TURNED_AWAY = new Set([402, 429, 503]);
/** After so many of a fault everything comes to rest and is compared. */
const TIMES_AT_ONCE = 20;
const WATCH_MS = 500;

/** Something that goes wrong in the house, over and over, while everybody calls. */
export interface Scenario {
  readonly name: string;
  /** What must be true all the same. */
  readonly title: string;
  readonly times: Readonly<Record<typeof PLAN.size, number>>;
  /** Why it cannot be played here. */
  readonly lacks?: () => string | undefined;
  play(stage: Stage, times: number): Promise<void>;
}

/** Where a scenario is played: has callers, notes every call, and compares them with the ledger. */
export class Stage {
  readonly findings: Findings;
  readonly records: CallRecord[] = [];
  private kills: { url: string; atMs: number }[] = [];
  private act = 0;

  constructor(
    readonly house: House,
    readonly dice: Dice,
    private readonly keys: readonly { readonly key: string }[],
    private readonly name: string,
  ) {
    this.findings = newFindings(name);
  }

  get urls(): string[] {
    return this.house.gateways.map(({ url }) => url);
  }

  /** Names of calls begin with it until everything is compared the next time. */
  get prefix(): string {
    return `${this.name}-${this.act}-`;
  }

  /** A call that may go well, for one of the shared keys. */
  wish(throws: Dice, keys = this.keys): Wish {
    return {
      key: throws.pick(keys).key,
      model: throws.pick(MODELS).id,
      stream: throws.next() < 0.6,
      fault: throws.next() < 0.15 ? `slow:${throws.between(8, 25)}` : 'none',
      maxTokens: MAX_TOKENS,
    };
  }

  /** A call whose cost is known: {@link ANSWER}. */
  exact(requestId: string, key: string, url: string): Ask {
    const fault = `full:${MAX_TOKENS}`;
    return {
      requestId: `${this.prefix}${requestId}`,
      url,
      key,
      model: 'exact',
      stream: false,
      fault,
      maxTokens: MAX_TOKENS,
    };
  }

  async call(ask: Ask): Promise<CallRecord> {
    const record = await callGateway(ask);
    this.records.push(record);
    return record;
  }

  /** Asks under further names until the provider is asked. */
  async insist(ask: Ask): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const { status } = await this.call({ ...ask, requestId: `${ask.requestId}-${attempt}` });
      if (!TURNED_AWAY.has(status ?? 0)) return;
      await delay(50);
    }
  }

  traffic(name = 'all', callers: number = PLAN.callers, wisher = (throws: Dice) => this.wish(throws)): Traffic {
    return new Traffic(`${this.prefix}${name}`, this.urls, this.dice.fork(), callers, wisher, this.records);
  }

  /** Kills a gateway without warning. */
  async kill(gateway: House['gateways'][number]): Promise<void> {
    this.kills.push({ url: gateway.url, atMs: performance.now() });
    await gateway.kill();
  }

  /**
   * Everybody calls while the fault comes, again and again.
   *
   * @param inspect looks at all calls since everything was compared, before that is done again
   */
  async underTraffic(
    times: number,
    fault: (n: number) => Promise<void>,
    {
      inspect = () => undefined,
      wisher,
    }: { inspect?: (calls: readonly CallRecord[]) => void | Promise<void>; wisher?: (throws: Dice) => Wish } = {},
  ): Promise<void> {
    for (let done = 0; done < times;) {
      const callers = this.traffic('all', PLAN.callers, wisher);
      try {
        for (const end = Math.min(done + TIMES_AT_ONCE, times); done < end; done += 1) await fault(done);
        await delay(200);
      } finally {
        await callers.stop();
      }
      await inspect(this.records);
      await this.agree();
    }
  }

  /** Notes a figure where it is the largest so far. */
  worst(what: string, figure: number): void {
    this.findings.worst[what] = Math.max(this.findings.worst[what] ?? 0, figure);
  }

  /** Looks all the time whether a budget has more lent and spent than it has. @returns how to stop */
  watchCaps(): () => Promise<void> {
    const stop = new AbortController();
    const watch = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const wrong = await this.house.query<{ wrong: string }>(OVER_CAP).catch(() => []);
        this.findings.contradictions.push(...wrong.map((each) => each.wrong));
        for (const url of this.urls) await this.timeTurn(url);
        await delay(WATCH_MS);
      }
    };
    const watched = watch();
    return () => {
      stop.abort();
      return watched;
    };
  }

  /** How long a gateway takes for what costs it nothing: says how far other times are the machine's. */
  private async timeTurn(url: string): Promise<void> {
    const askedAtMs = performance.now();
    const response = await fetch(`${url}/liveness`).catch(() => undefined);
    if (response?.ok) this.worst('a gateway was late', performance.now() - askedAtMs);
  }

  /** Comes to rest. Then everything that callers saw agrees with the ledger, and the ledger with itself. */
  async agree(): Promise<void> {
    const { findings, house, records, kills, prefix } = this;
    const restingAtMs = performance.now();
    await house.rest(PLAN.size === 'brief');
    this.worst('until at rest', performance.now() - restingAtMs);
    const visits = house.visits();
    const compared = await house.inDatabase((db) => compare(db, records, { prefix, asked: visits, kills }));
    const atRest = await house.inDatabase(contradictionsAtRest);
    findings.contradictions.push(...compared.contradictions, ...atRest);
    findings.rows += compared.rows;
    if (PLAN.size !== 'brief')
      process.stderr.write(`faults: ${prefix}: ${records.length} calls, ${compared.rows} rows compared\n`);
    this.turnPage();
    const wrong = findings.contradictions.slice(0, 10);
    expect({ seed: PLAN.seed, wrong }).toEqual({ seed: PLAN.seed, wrong: [] });
    const verdict = await verifyLedger(house.databaseUrl);
    expect(verdict.holds ? '' : describeVerdict(verdict)).toBe('');
  }

  /** Adds to the findings what callers saw since it was done the last time, and forgets it. */
  turnPage(): void {
    const { findings, house, records } = this;
    const visits = house.visits();
    findings.calls += records.length;
    for (const record of records) this.count(record, visits);
    records.length = 0;
    this.kills = [];
    this.act += 1;
    house.forgetVisits();
  }

  private count(
    { status, code, end, whole, fault, leftAtMs, requestId }: CallRecord,
    visits: ReturnType<House['visits']>,
  ): void {
    const { findings } = this;
    const name = end === 'left' ? 'left' : [status ?? end, code].filter((part) => part !== undefined).join(' ');
    findings.statuses[name] = (findings.statuses[name] ?? 0) + 1;
    if (whole) findings.answered += 1;
    // Only a provider that would not have ended by itself tells when it was let go.
    const visit = visits.get(requestId);
    if (leftAtMs === undefined || visit === undefined || !fault.startsWith('stalled')) return;
    // A call that was still in a queue when its caller left comes to the provider later.
    const lateMs = Math.max(0, (visit.closedAtMs ?? Infinity) - Math.max(leftAtMs, visit.receivedAtMs));
    findings.aborts.asked += 1;
    if (lateMs <= 1_000) findings.aborts.withinSecond += 1;
    findings.aborts.worstMs = Math.max(findings.aborts.worstMs, lateMs);
  }
}

/** How many calls ended with which status, or without any. */
export function tally(calls: readonly CallRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, end } of calls) counts[status ?? end] = (counts[status ?? end] ?? 0) + 1;
  return counts;
}

/** So many at a time, in order. */
export async function side<T>(width: number, items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
