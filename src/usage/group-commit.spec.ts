import { GroupCommit, type GroupCommitOptions } from './group-commit.js';

class Passing extends Error {}

function groups(options: Partial<GroupCommitOptions<number>> = {}): {
  commits: number[][];
  group: GroupCommit<number>;
} {
  const commits: number[][] = [];
  const group = new GroupCommit<number>({
    commit: (items) => {
      commits.push([...items]);
      return Promise.resolve();
    },
    isPassing: (error) => error instanceof Passing,
    maxBatch: 100,
    capacity: 1_000,
    pauseMs: [1, 2],
    ...options,
  });
  return { commits, group };
}

describe('GroupCommit', () => {
  it('commits what arrives together in one group, and what arrives meanwhile in the next', async () => {
    let finish: () => void = () => undefined;
    const commits: number[][] = [];
    const { group } = groups({
      commit: async (items) => {
        commits.push([...items]);
        if (commits.length === 1) await new Promise<void>((resolve) => (finish = resolve));
      },
    });
    const first = [group.add(1), group.add(2)];
    while (commits.length === 0) await new Promise(setImmediate);
    const second = [group.add(3), group.add(4), group.add(5)];
    await new Promise(setImmediate);
    expect(commits).toEqual([[1, 2]]);
    expect(group.size).toBe(5);
    finish();
    await Promise.all([...first, ...second]);
    expect(commits).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(group.size).toBe(0);
  });

  it('repeats a group whose failure passes', async () => {
    let failures = 3;
    const fates: string[] = [];
    const { group } = groups({
      commit: () => (failures-- > 0 ? Promise.reject(new Passing()) : Promise.resolve()),
      onFailure: (_, fate) => fates.push(fate),
    });
    await Promise.all([group.add(1), group.add(2)]);
    expect(fates).toEqual(['repeated', 'repeated', 'repeated']);
  });

  it('rejects only the item at fault, by halving', async () => {
    const durable: number[] = [];
    const { group } = groups({
      commit: (items) => {
        if (items.includes(13)) return Promise.reject(new Error('poison'));
        durable.push(...items);
        return Promise.resolve();
      },
    });
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => group.add(i)));
    expect(durable).toEqual(Array.from({ length: 40 }, (_, i) => i).filter((i) => i !== 13));
    expect(outcomes.map(({ status }) => status === 'rejected').indexOf(true)).toBe(13);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  it('lets callers wait for room, and loses none of them', async () => {
    const { group, commits } = groups({ capacity: 4, maxBatch: 3 });
    await Promise.all(Array.from({ length: 50 }, (_, i) => group.add(i)));
    expect(commits.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(Math.max(...commits.map(({ length }) => length))).toBeLessThanOrEqual(3);
  });

  it('waits for the rest when it is drained, and rejects what stays impossible when the grace is over', async () => {
    const { group, commits } = groups();
    const rest = group.add(1);
    await group.drain(1_000);
    expect(commits).toEqual([[1]]);
    await rest;

    const away = groups({ commit: () => Promise.reject(new Passing()) });
    const lost = away.group.add(1);
    const [outcome] = await Promise.all([lost.catch((error: unknown) => error), away.group.drain(20)]);
    expect(outcome).toBeInstanceOf(Passing);
  });
});
