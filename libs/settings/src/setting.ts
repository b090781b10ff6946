import { ReadThroughCache } from '#libs/cache';
import type { UnitOfWork } from '#libs/database';
import type { SettingsRepository } from './settings.repository.js';

const FRESH_MS = 60_000;
const KEPT_MS = 15 * 60_000;

/** One thing that administrators set while the product runs. What is set on one replica holds on all a moment later. */
export class Setting<T extends object> {
  private readonly known = new ReadThroughCache(() => this.read(), { freshMs: FRESH_MS, keptMs: KEPT_MS, max: 1 });

  private readonly listeners: (() => void)[] = [];

  constructor(
    readonly key: string,
    /** What holds until somebody sets it, part by part. */
    private readonly unset: T,
    private readonly settings: SettingsRepository,
    private readonly work: UnitOfWork,
  ) {}

  /** From memory. Not within the transaction that sets it. */
  async get(): Promise<T> {
    return (await this.known.get(this.key)) ?? this.unset;
  }

  /** From the database, for what must not be a moment behind. */
  async read(): Promise<T> {
    return { ...this.unset, ...(await this.settings.find(this.key)) };
  }

  /** Like {@link read}, and nobody else sets it until the open transaction ends. */
  async lock(): Promise<T> {
    return { ...this.unset, ...(await this.settings.lock(this.key)) };
  }

  /** Part of the open transaction. */
  async save(value: T): Promise<void> {
    await this.settings.save(this.key, value);
    // The other replicas are told by the database; here the next answer must not be earlier than that.
    this.work.afterCommit(() => this.forget());
  }

  /** Hears, on whatever replica it was set, that it may be another one now. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  forget(): void {
    this.known.clear();
    for (const listener of this.listeners) listener();
  }
}
