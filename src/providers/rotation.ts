import type { KeySlot } from './key.slot.js';

export const ROTATION_STRATEGIES = ['round_robin', 'weighted', 'least_used', 'random', 'health_based'] as const;
export type RotationStrategy = (typeof ROTATION_STRATEGIES)[number];

/** A number from 0, included, to 1, excluded. */
export type Random = () => number;

/** What a strategy chooses from: usable keys, never none. */
export interface Choice {
  readonly slots: readonly KeySlot[];
  readonly now: number;
  readonly random: Random;
}

const IDLE_FOR_FULL_BONUS_MS = 600_000;
const JUST_PICKED_MS = 60_000;
const RECENTLY_GOOD_MS = 300_000;

/** 1, less 0.2 for each failure in a row (0.1 at least), up to 0.5 more for being idle, half if it was just picked. */
export function weightOf({ circuit, lastPickedAt }: KeySlot, now: number): number {
  const idleMs = lastPickedAt === undefined ? IDLE_FOR_FULL_BONUS_MS : now - lastPickedAt;
  const base = Math.max(0.1, 1 - 0.2 * circuit.failures);
  const weight = base + 0.5 * Math.min(1, idleMs / IDLE_FOR_FULL_BONUS_MS);
  return lastPickedAt !== undefined && idleMs < JUST_PICKED_MS ? weight / 2 : weight;
}

/** 100, less 10 for each failure in a row, 30 after a limit, up to 20 for its share of the use; 10 more if it was good lately. */
export function scoreOf({ circuit, uses, lastSuccessAt }: KeySlot, now: number, mostUses: number): number {
  const limited = circuit.reason === 'rate' || circuit.reason === 'quota' ? 30 : 0;
  const used = mostUses === 0 ? 0 : (20 * uses) / mostUses;
  const good = lastSuccessAt !== undefined && now - lastSuccessAt < RECENTLY_GOOD_MS ? 10 : 0;
  return 100 - 10 * circuit.failures - limited - used + good;
}

/** Each chooses one of several keys; `round_robin` is not here, because it needs to know whose turn it was. */
export const CHOOSERS: Readonly<Record<Exclude<RotationStrategy, 'round_robin'>, (choice: Choice) => KeySlot>> = {
  random: ({ slots, random }) => at(slots, Math.floor(random() * slots.length)),
  least_used: ({ slots }) => slots.reduce((least, slot) => (slot.uses < least.uses ? slot : least)),
  weighted: ({ slots, now, random }) => {
    const weights = slots.map((slot) => weightOf(slot, now));
    let point = random() * weights.reduce((sum, weight) => sum + weight, 0);
    const found = weights.findIndex((weight) => (point -= weight) < 0);
    return at(slots, found);
  },
  health_based: ({ slots, now }) => {
    const mostUses = Math.max(...slots.map(({ uses }) => uses));
    const scores = slots.map((slot) => scoreOf(slot, now, mostUses));
    return at(slots, scores.indexOf(Math.max(...scores)));
  },
};

function at(slots: readonly KeySlot[], index: number): KeySlot {
  const slot = slots.at(index);
  if (!slot) throw new Error('There is no key to choose from.');
  return slot;
}
