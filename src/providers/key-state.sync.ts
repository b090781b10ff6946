import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { isConnectionLoss } from '#libs/database';
import type { CircuitSnapshot } from './key.circuit.js';
import type { KeySlot } from './key.slot.js';
import { type KeptState, KeyStatesRepository } from './key-states.repository.js';
import { PoolRegistry } from './pool.registry.js';

const POLL_MS = 1_000;
/** Changes that come together are written together. */
const COALESCE_MS = 10;

/**
 * Tells the other replicas what this one learnt of the keys, and learns from them: changes are written at once, uses
 * every second, and everything is read every second. Nothing here is waited for by a call.
 */
@Injectable()
export class KeyStateSync implements OnModuleDestroy {
  private readonly log = new Logger(KeyStateSync.name);
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private queue: Promise<void> = Promise.resolve();
  private revision = '';
  private stopped = false;
  private away = false;
  private onTick: () => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly registry: PoolRegistry,
    private readonly repository: KeyStatesRepository,
  ) {}

  /** @param onTick runs after each reading, and must not throw */
  async start(onTick: () => Promise<void>): Promise<void> {
    this.onTick = onTick;
    this.revision = await this.repository.revision();
    this.adopt(await this.repository.circuits());
    this.schedule();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.soon);
    await this.flush();
  }

  /** A circuit changed in this process. */
  changed(slot: KeySlot): void {
    if (slot.id === undefined || this.stopped) return;
    slot.pending.circuit = true;
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      void this.flush();
    }, COALESCE_MS).unref();
  }

  /** Writes what is pending. A database that is away only postpones it. */
  flush(): Promise<void> {
    return this.exclusively(() => this.write());
  }

  /** Writes, then reads: afterwards this process knows what was committed before the call. */
  refresh(): Promise<void> {
    return this.exclusively(async () => {
      await this.write();
      await this.read();
    });
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      void this.refresh()
        .then(() => (this.stopped ? undefined : this.onTick()))
        .finally(() => {
          if (!this.stopped) this.schedule();
        });
    }, POLL_MS).unref();
  }

  private exclusively(work: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(work).then(
      () => {
        this.away = false;
      },
      (error: unknown) => this.complain(error),
    );
    return this.queue;
  }

  private complain(error: unknown): void {
    if (this.away || this.stopped) return;
    this.away = true;
    if (isConnectionLoss(error))
      this.log.warn('The state of the provider keys is not shared while the database is away.');
    else this.log.error('The state of the provider keys could not be shared', error);
  }

  private async write(): Promise<void> {
    const slots = [...this.registry.allSlots()];
    await this.writeUses(slots.filter(({ pending }) => pending.attempts > 0 || pending.errors > 0));
    await this.writeCircuits(slots.filter(({ pending }) => pending.circuit));
  }

  private async writeUses(slots: readonly KeySlot[]): Promise<void> {
    if (slots.length === 0) return;
    const uses = slots.map(({ id = '', pending: { attempts, errors }, lastPickedAt }) => ({
      keyId: id,
      attempts,
      errors,
      lastUsedAt: lastPickedAt === undefined ? null : new Date(lastPickedAt),
    }));
    await this.repository.addUses(uses);
    for (const [index, { pending }] of slots.entries()) {
      pending.attempts -= uses[index]?.attempts ?? 0;
      pending.errors -= uses[index]?.errors ?? 0;
    }
  }

  private async writeCircuits(slots: readonly KeySlot[]): Promise<void> {
    if (slots.length === 0) return;
    const changes = slots.map(kept);
    for (const { pending } of slots) pending.circuit = false;
    try {
      const versions = await this.repository.keep(changes);
      for (const slot of slots) slot.version = versions.get(slot.id ?? '') ?? slot.version;
    } catch (error) {
      for (const { pending } of slots) pending.circuit = true;
      throw error;
    }
  }

  private async read(): Promise<void> {
    const revision = await this.repository.revision();
    if (revision !== this.revision) {
      await this.registry.reload();
      this.revision = revision;
    }
    this.adopt(await this.repository.circuits());
  }

  private adopt(states: readonly KeptState[]): void {
    for (const state of states) {
      const slot = this.registry.slot(state.keyId);
      if (!slot || slot.pending.circuit || state.version <= slot.version) continue;
      slot.circuit.restore(snapshotOf(state));
      slot.version = state.version;
      slot.lastError = state.lastError ?? undefined;
      slot.lastFailedAt = state.lastFailedAt?.getTime();
    }
  }
}

function kept({ id = '', circuit, version, lastError, lastFailedAt }: KeySlot): KeptState {
  const { state, reason, failures, openUntil } = circuit.snapshot();
  return {
    keyId: id,
    state,
    reason: reason ?? null,
    failures,
    openUntil: openUntil === undefined ? null : new Date(openUntil),
    lastError: lastError ?? null,
    lastFailedAt: lastFailedAt === undefined ? null : new Date(lastFailedAt),
    version,
  };
}

function snapshotOf({ state, reason, failures, openUntil }: KeptState): CircuitSnapshot {
  return { state, reason: reason ?? undefined, failures, openUntil: openUntil?.getTime() };
}
