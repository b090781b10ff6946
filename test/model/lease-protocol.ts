import type { Model, Move } from './explorer.js';
import { Moves } from './lease-moves.js';
import { BUDGETS, Mode, Phase, type State, Verdict, keyOf } from './lease-state.js';
import type { World } from './lease-world.js';

/** The protocol of docs/accounting.md as a model. */
export class LeaseProtocol implements Model<State> {
  readonly initial: State;

  constructor(private readonly world: World) {
    const [a, b] = world.limits;
    this.initial = {
      limit: [a, b],
      spent: [0, 0],
      cap: [a, b],
      waived: [0, 0],
      rows: 0,
      excess: 0,
      idle: [...world.holds],
      replicas: Array.from({ length: world.replicas }, () => ({
        mode: Mode.live,
        verdict: Verdict.none,
        tight: false,
        lease: [0, 0],
        slice: [0, 0],
        calls: [],
      })),
    };
  }

  key(state: State): string {
    return keyOf(state);
  }

  check({ spent, cap, excess, waived, rows }: State): string | undefined {
    for (const b of BUDGETS) {
      if (spent[b] > cap[b] + excess + waived[b]) return 'A1: more is spent than the limit';
      if (spent[b] !== rows) return 'A4: what is spent is not the sum of the rows';
    }
    return undefined;
  }

  /** 0 only when every call is over and every lease was given back (A4). */
  distance({ idle, replicas }: State): number {
    let distance = idle.length * 90;
    const recalling = replicas.some(({ calls }) => calls.some(({ phase }) => phase === Phase.recalling));
    for (const { mode, verdict, tight, lease, slice, calls } of replicas) {
      for (const { phase } of calls) distance += 80 - phase * 10;
      if (mode === Mode.fenced) distance += 4 - verdict;
      if (mode === Mode.dead) distance += 3 - verdict;
      if (lease[0] + lease[1] + slice[0] + slice[1] > 0) distance += 0.5;
      if (recalling && mode === Mode.live && !tight) distance += 0.1;
    }
    return distance;
  }

  moves(state: State): Move<State>[] {
    return new Moves(state, this.world).all();
  }
}
