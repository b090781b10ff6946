import { Clock } from '#libs/kernel';
import { RetryBudget } from './retry.budget.js';

class StoppedClock extends Clock {
  ms = 0;
  now(): number {
    return this.ms;
  }
}

describe('RetryBudget', () => {
  it('lets at most a fifth of the calls be repeated, beyond a small reserve', () => {
    const budget = new RetryBudget(new StoppedClock());
    let repeated = 0;
    for (let call = 0; call < 10_000; call += 1) {
      budget.earn();
      if (budget.spend()) repeated += 1;
    }
    expect(repeated).toBeLessThanOrEqual(2_000 + 20);
    expect(repeated).toBeGreaterThanOrEqual(1_990);
  });

  it('fills its reserve up with time, and no further', () => {
    const clock = new StoppedClock();
    const budget = new RetryBudget(clock);
    const spent = () => Array.from({ length: 100 }, () => budget.spend()).filter(Boolean).length;
    expect(spent()).toBe(20);
    clock.ms += 5_000;
    expect(spent()).toBe(5);
    clock.ms += 1_000_000;
    expect(spent()).toBe(20);
  });
});
