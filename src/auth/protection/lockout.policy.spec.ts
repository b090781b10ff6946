import { type Lock, lockAfter } from './lockout.policy.js';

const TERMS = { failures: 5, minutes: 30, finalFailures: 10 };
const minutesOf = (lock: Lock): number =>
  lock.kind === 'locked' ? lock.minutes : lock.kind === 'final' ? Infinity : 0;

describe('the lock after so many failures', () => {
  it('begins with the fifth, grows with each after that, and is final with the tenth', () => {
    const counts = Array.from({ length: 11 }, (_, n) => n + 1);
    expect(counts.map((count) => minutesOf(lockAfter(count, TERMS)))).toEqual([
      0,
      0,
      0,
      0,
      30,
      60,
      90,
      120,
      150,
      Infinity,
      Infinity,
    ]);
  });

  it('never lasts longer than a day where it is not final', () => {
    const long = { ...TERMS, minutes: 1_000, finalFailures: 0 };
    for (let count = 5; count < 1_000; count += 1) expect(minutesOf(lockAfter(count, long))).toBeLessThanOrEqual(1_440);
    expect(minutesOf(lockAfter(5, long))).toBe(1_000);
  });
});
