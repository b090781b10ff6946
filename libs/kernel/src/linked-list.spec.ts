import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LinkedList } from './linked-list.js';

describe('a linked list', () => {
  it('keeps the order in which things came, whoever leaves', () => {
    const list = new LinkedList<string>();
    const leave = new Map(['a', 'b', 'c', 'd'].map((item) => [item, list.add(item)]));
    expect([...list]).toEqual(['a', 'b', 'c', 'd']);
    for (const [item, rest] of [
      ['b', 'acd'],
      ['a', 'cd'],
      ['d', 'c'],
      ['c', ''],
    ] as const) {
      leave.get(item)?.();
      leave.get(item)?.();
      expect([[...list].join(''), list.size]).toEqual([rest, rest.length]);
    }
    list.add('e');
    expect([...list]).toEqual(['e']);
  });

  it('holds the same thing as often as it was added', () => {
    const list = new LinkedList<string>();
    const leave = list.add('a');
    list.add('a');
    leave();
    expect([...list]).toEqual(['a']);
  });

  it('lets what has left be collected while it is young', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void;
    const list = new LinkedList<number[]>();
    const inside: (() => void)[] = [];
    const comeAndGo = (times: number): void => {
      for (let n = 0; n < times; n += 1) {
        inside.push(list.add(Array.from({ length: 128 }, () => 0.5)));
        if (inside.length > 50) inside.shift()?.();
        if (n % 1_000 === 0) gc({ type: 'minor' });
      }
    };
    comeAndGo(10_000);
    // Whatever the list is made of survives both, and is old from now on.
    gc({ type: 'minor' });
    gc({ type: 'minor' });
    const before = oldBytes();
    comeAndGo(50_000);
    // Of the 50 MB that came and went meanwhile.
    expect(oldBytes() - before).toBeLessThan(10_000_000);
  });
});

function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;
}
