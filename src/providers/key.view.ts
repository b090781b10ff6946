import type { KEY_STATES } from './dto/provider-key.response.dto.js';
import type { KeySlot } from './key.slot.js';
import type { UseCounts } from './key-states.repository.js';
import type { ProviderKeyRow } from './provider-keys.repository.js';

export type KeyState = (typeof KEY_STATES)[number];

/** A key as administrators see it. */
export interface KeyView extends ProviderKeyRow {
  readonly state: KeyState;
  readonly circuit: string;
  readonly reason: string | null;
  readonly failures: number;
  readonly cooldownUntil: Date | null;
  readonly lastError: string | null;
  readonly lastUsedAt: Date | null;
  readonly usageCount: number;
}

/** One word for how a key does. */
export function stateOf({ enabled, readable, circuit }: KeySlot): KeyState {
  if (!enabled) return 'disabled';
  if (!readable) return 'unreadable';
  if (circuit.state === 'closed') return 'healthy';
  if (circuit.state === 'half_open') return 'probing';
  if (circuit.reason === 'auth') return 'invalid';
  return circuit.reason === 'server' ? 'unhealthy' : 'cooling';
}

export function viewOf(row: ProviderKeyRow, slot: KeySlot, uses: UseCounts | undefined): KeyView {
  const { circuit } = slot;
  const { openUntil } = circuit;
  return {
    ...row,
    state: stateOf(slot),
    circuit: circuit.state,
    reason: circuit.reason ?? null,
    failures: circuit.failures,
    cooldownUntil: openUntil === undefined ? null : new Date(openUntil),
    lastError: slot.lastError ?? null,
    lastUsedAt: uses?.lastUsedAt ?? null,
    usageCount: uses?.attempts ?? 0,
  };
}
