import { type Exploration, explore } from './explorer.js';
import { LeaseProtocol } from './lease-protocol.js';
import type { Flaw, World } from './lease-world.js';

/** `npm run test:model` explores the larger worlds as well, for minutes. */
const FULL = process.env['SLUICE_MODEL'] === 'full';

const truthful = (hold: number): number[] => [...new Set([1, hold])];
const lying = (hold: number): number[] => [...truthful(hold), hold + 1];

const calm: World = { replicas: 3, limits: [4, 3], holds: [2, 2, 1], costs: truthful, ahead: 1 };
const crashes = { crashes: true, spools: true } as const;
const partitions = { ...crashes, partitions: true } as const;
const small = { replicas: 2, holds: [2, 1], limits: [3, 3] } as const;

function run(name: string, world: World, maxStates?: number): Exploration {
  const result = explore(new LeaseProtocol(world), maxStates);
  const { states, transitions, depth, seconds, complete } = result;
  if (FULL) {
    const extent = complete ? 'all' : `the first`;
    process.stderr.write(
      `${name}: ${extent} ${states} states, ${transitions} transitions, depth ${depth}, ${seconds.toFixed(1)} s\n`,
    );
  }
  return result;
}

describe('the lease protocol', () => {
  const worlds: [string, World][] = [
    ['three replicas, two budgets, three calls', calm],
    [
      'replies that are lost, a provider that reports too much, a limit that is lowered',
      { ...calm, lostReplies: true, costs: lying, loweredTo: 2 },
    ],
    [
      'four calls of which each frees what another needs',
      { ...calm, limits: [3, 3], holds: [1, 1, 1, 1], costs: () => [0, 1] },
    ],
    ['crashes and a database that goes away', { ...calm, ...crashes }],
    ['partitions and crashes', { ...calm, ...partitions, ...small, replicas: 3 }],
    ['partitions, crashes and lost replies', { ...calm, ...partitions, ...small, limits: [3, 2], lostReplies: true }],
  ];

  it.each(worlds)('never overspends, refuses wrongly or gets stuck with %s', (name, world) => {
    const { violation, complete } = run(name, world);
    expect(violation).toBeUndefined();
    expect(complete).toBe(true);
  });

  it('exceeds a limit by no more than the slices of replicas that were reaped while their records were on the way', () => {
    const world: World = { ...calm, ...partitions, ...small, holds: [2, 2], limits: [2, 2], longPartitions: true };
    const { violation, complete } = run('long partitions', world);
    expect(violation).toBeUndefined();
    expect(complete).toBe(true);
  });
});

describe('the lease protocol with a rule left out', () => {
  const flawed: World = { ...calm, ...partitions, replicas: 2, holds: [2, 2], limits: [3, 3] };

  it.each<[Flaw, string, Partial<World>?]>([
    ['ask without the atomic check', 'A1'],
    ['settle without the row as guard', 'a row twice', { lostReplies: true }],
    ['reap before open calls are settled', 'A1'],
    ['reap before the spool is delivered', 'A1'],
    ['reap without a verdict first', 'A1'],
    ['restart without replay', 'A1'],
    ['fenced replica takes holds', 'A1'],
    ['refuse without recall', 'A2'],
    ['recall answered and forgotten', 'A2', { replicas: 3, holds: [1, 1, 1, 1], crashes: false, partitions: false }],
  ])('shows how it goes wrong: %s', (flaw, property, changes = {}) => {
    const { violation } = run(flaw, { ...flawed, ...changes, flaw });
    expect(violation?.property).toMatch(new RegExp(`^${property}`));
    expect(violation?.trace.length).toBeGreaterThan(1);
  });
});

if (FULL) {
  const MINUTES = 60_000;

  describe('the lease protocol in larger worlds', () => {
    it.each<[string, World]>([
      ['crashes and lost replies', { ...calm, ...crashes, lostReplies: true }],
      ['crashes and a provider that reports too much', { ...calm, ...crashes, costs: lying }],
      ['partitions without crashes', { ...calm, ...partitions, crashes: false }],
      [
        'two replicas and everything at once',
        { ...calm, ...partitions, ...small, lostReplies: true, costs: lying, loweredTo: 2 },
      ],
      [
        'long partitions with lost replies',
        { ...calm, ...partitions, ...small, lostReplies: true, longPartitions: true },
      ],
    ])(
      'keeps its guarantees: %s',
      (name, world) => {
        const { violation, complete } = run(name, world);
        expect(violation).toBeUndefined();
        expect(complete).toBe(true);
      },
      20 * MINUTES,
    );

    it(
      'keeps its guarantees as far as it was explored: everything at once',
      () => {
        const world: World = { ...calm, ...partitions, lostReplies: true, costs: lying, loweredTo: 2 };
        expect(run('everything at once', world, 2_000_000).violation).toBeUndefined();
      },
      20 * MINUTES,
    );
  });
}
