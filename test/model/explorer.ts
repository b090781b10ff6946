/** One step of a model: what happens, what it leads to and, where the step itself is wrong, what it breaks. */
export interface Move<S> {
  readonly label: string;
  readonly state: S;
  /** Something that goes wrong in the world; never counted as progress. */
  readonly fault?: boolean;
  readonly violation?: string;
}

export interface Model<S> {
  readonly initial: S;
  /** Equal for states that differ only in the names of interchangeable things. */
  key(state: S): string;
  moves(state: S): Move<S>[];
  /** @returns what the state violates */
  check(state: S): string | undefined;
  /** How far the state is from rest; 0 is rest. A state from which no move leads nearer is stuck. */
  distance(state: S): number;
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Moves on the longest of the shortest ways from the beginning. */
  readonly depth: number;
  readonly seconds: number;
  /** Whether every reachable state was seen. */
  readonly complete: boolean;
  readonly violation?: { readonly property: string; readonly trace: readonly string[] };
}

/** Remembers each state once, with the move that first led to it. */
class Visited {
  private readonly seen = new Set<string>();
  private readonly parents: number[] = [];
  private readonly labels: string[] = [];

  get size(): number {
    return this.parents.length;
  }

  /** @returns its number, or undefined when it was known */
  add(key: string, parent: number, label: string): number | undefined {
    if (this.seen.has(key)) return undefined;
    this.seen.add(key);
    this.labels.push(label);
    return this.parents.push(parent) - 1;
  }

  trace(state: number): string[] {
    const labels: string[] = [];
    for (let at = state; at > 0; at = this.parents[at] ?? 0) labels.push(this.labels[at] ?? '');
    return labels.toReversed();
  }
}

/** Visits every reachable state, nearest first, so the trace of a violation is a shortest one. */
export function explore<S>(model: Model<S>, maxStates = Infinity): Exploration {
  const started = performance.now();
  const visited = new Visited();
  let transitions = 0;
  let depth = 0;
  const result = (complete: boolean, property?: string, trace: string[] = []): Exploration => ({
    states: visited.size,
    transitions,
    depth,
    seconds: (performance.now() - started) / 1_000,
    complete,
    ...(property === undefined ? {} : { violation: { property, trace } }),
  });
  visited.add(model.key(model.initial), 0, '');
  let level: [number, S][] = [[0, model.initial]];
  for (; level.length > 0 && visited.size < maxStates; depth += 1) {
    const next: [number, S][] = [];
    for (const [number, state] of level) {
      const moves = model.moves(state);
      const distance = model.distance(state);
      if (distance > 0 && !moves.some((move) => !move.fault && model.distance(move.state) < distance)) {
        return result(false, 'stuck: nothing leads nearer to rest', visited.trace(number));
      }
      for (const move of moves) {
        transitions += 1;
        const violation = move.violation ?? model.check(move.state);
        if (violation !== undefined) return result(false, violation, [...visited.trace(number), move.label]);
        const found = visited.add(model.key(move.state), number, move.label);
        if (found !== undefined) next.push([found, move.state]);
      }
    }
    level = next;
  }
  return result(level.length === 0);
}
