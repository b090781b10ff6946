import fc from 'fast-check';
import { Clock } from '#libs/kernel';
import { DEFAULT_COOLDOWN_MS, FAILURES_TO_OPEN, HALF_OPEN_TRIALS, KeyCircuit, OPEN_MS } from './key.circuit.js';

class HandClock extends Clock {
  ms = 1_000_000;
  now(): number {
    return this.ms;
  }
}

const SERVER = { reason: 'server' } as const;

function circuit(): { clock: HandClock; it: KeyCircuit; failTimes: (count: number) => void } {
  const clock = new HandClock();
  const it = new KeyCircuit(clock);
  const failTimes = (count: number): void => {
    for (let n = 0; n < count; n += 1) it.fail(SERVER, it.begin());
  };
  return { clock, it, failTimes };
}

describe('KeyCircuit', () => {
  it('K-13 opens at five failures, is half-open after 60 s for three trials, and a success closes it', () => {
    const { clock, it, failTimes } = circuit();
    failTimes(FAILURES_TO_OPEN - 1);
    expect(it.usable).toBe(true);
    failTimes(1);
    expect(it.snapshot()).toEqual({ state: 'open', reason: 'server', failures: 5, openUntil: clock.ms + OPEN_MS });
    clock.ms += OPEN_MS - 1;
    expect(it.usable).toBe(false);
    clock.ms += 1;
    expect(it.state).toBe('half_open');
    const trials = Array.from({ length: HALF_OPEN_TRIALS }, () => {
      expect(it.usable).toBe(true);
      return it.begin();
    });
    expect(trials).toEqual([true, true, true]);
    expect(it.usable).toBe(false);
    expect(it.succeed(true)).toBe(true);
    expect(it.snapshot()).toEqual({ state: 'closed', reason: undefined, failures: 0, openUntil: undefined });
  });

  it('K-13 opens again for as long when a trial fails', () => {
    const { clock, it, failTimes } = circuit();
    failTimes(FAILURES_TO_OPEN);
    clock.ms += OPEN_MS;
    it.fail(SERVER, it.begin());
    expect(it.openUntil).toBe(clock.ms + OPEN_MS);
  });

  it('K-13 gives a trial back when it says nothing about the key', () => {
    const { clock, it, failTimes } = circuit();
    failTimes(FAILURES_TO_OPEN);
    clock.ms += OPEN_MS;
    for (let n = 0; n < 10; n += 1) it.release(it.begin());
    expect(it.usable).toBe(true);
  });

  it('K-15 forgets failures at a success', () => {
    const { it, failTimes } = circuit();
    failTimes(FAILURES_TO_OPEN - 1);
    it.succeed(it.begin());
    failTimes(FAILURES_TO_OPEN - 1);
    expect(it.state).toBe('closed');
    expect(it.failures).toBe(FAILURES_TO_OPEN - 1);
  });

  it.each([
    ['as long as the provider says', 120_000, 120_000],
    ['an hour when it does not', undefined, DEFAULT_COOLDOWN_MS],
  ])('K-11 cools a limited key %s', (_case, cooldownMs, expected) => {
    const { clock, it } = circuit();
    it.fail({ reason: 'rate', cooldownMs }, it.begin());
    expect(it.openUntil).toBe(clock.ms + expected);
    clock.ms += expected;
    expect(it.state).toBe('half_open');
  });

  it('keeps the longest of several waits', () => {
    const { clock, it } = circuit();
    it.fail({ reason: 'rate', cooldownMs: 5_000 }, false);
    it.fail({ reason: 'rate', cooldownMs: 1_000 }, false);
    expect(it.openUntil).toBe(clock.ms + 5_000);
    it.fail({ reason: 'quota', cooldownMs: 9_000 }, false);
    expect(it.openUntil).toBe(clock.ms + 9_000);
  });

  it('K-20 never heals a refused key by time', () => {
    const { clock, it } = circuit();
    it.fail({ reason: 'auth' }, false);
    it.fail({ reason: 'rate', cooldownMs: 1 }, false);
    clock.ms += 365 * 24 * 3_600_000;
    expect([it.state, it.reason, it.usable]).toEqual(['open', 'auth', false]);
  });

  it('does not believe a late success from before it opened', () => {
    const { clock, it, failTimes } = circuit();
    const early = it.begin();
    failTimes(FAILURES_TO_OPEN);
    expect(it.succeed(early)).toBe(false);
    clock.ms += OPEN_MS;
    expect(it.succeed(early)).toBe(false);
    expect(it.state).toBe('half_open');
  });

  it('survives being kept and restored', () => {
    const { clock, it, failTimes } = circuit();
    failTimes(FAILURES_TO_OPEN);
    const twin = new KeyCircuit(clock);
    twin.restore(it.snapshot());
    expect(twin.snapshot()).toEqual(it.snapshot());
    clock.ms += OPEN_MS;
    expect(twin.state).toBe('half_open');
  });

  it('keeps its promises whatever happens', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('begin' as const) }),
      fc.record({ kind: fc.constant('succeed' as const) }),
      fc.record({ kind: fc.constant('release' as const) }),
      fc.record({
        kind: fc.constant('fail' as const),
        reason: fc.constantFrom('auth' as const, 'rate' as const, 'quota' as const, 'server' as const),
        cooldownMs: fc.integer({ min: 1, max: 100_000 }),
      }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 120_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { clock, it } = circuit();
        let running: boolean[] = [];
        for (const each of steps) {
          const before = it.snapshot();
          if (each.kind === 'wait') clock.ms += each.ms;
          if (each.kind === 'begin' && it.usable) running.push(it.begin());
          const trial = running[0];
          if (trial !== undefined && (each.kind === 'succeed' || each.kind === 'release' || each.kind === 'fail')) {
            running = running.slice(1);
            if (each.kind === 'succeed') it.succeed(trial);
            else if (each.kind === 'fail') it.fail(each, trial);
            else it.release(trial);
          }
          const after = it.snapshot();
          // Open means a cause, and time heals everything but a refusal.
          if (after.state === 'open') {
            expect(after.reason).toBeDefined();
            expect(after.openUntil === undefined).toBe(after.reason === 'auth');
            expect(it.usable).toBe(false);
          }
          if (after.state === 'closed') expect(after.failures).toBeLessThan(FAILURES_TO_OPEN);
          // Nothing but a success closes.
          if (before.state !== 'closed' && after.state === 'closed') expect(each.kind).toBe('succeed');
        }
      }),
    );
  });
});
