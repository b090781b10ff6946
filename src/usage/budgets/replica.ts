import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { type ConfigOf, InjectConfig, platformConfig } from '#libs/config';
import { BudgetLeaseRepository, type OtherReplica } from './budget.lease.repository.js';

/** A replica that has not been heard of for so long takes no new holds, whatever it may still have. */
const FENCE_MS = 45_000;
/** After so long others take it for dead. Longer than the fence by more than any pause in between. */
const DEAD_SECONDS = 60;

/** This process among the replicas: the name under which it leases, for as long as the others believe in it. */
@Injectable()
export class Replica {
  private readonly log = new Logger(Replica.name);
  private readonly host: string;
  private current = '';
  private joined = false;
  /** A container's first process has the same pid in every life: what joined in this life is alive. */
  private static readonly ofThisLife = new Set<string>();
  private heardAtMs = performance.now();
  /** How far the database's clock is ahead of `performance.now()`. */
  private databaseAheadMs = Date.now() - performance.now();

  constructor(
    private readonly leases: BudgetLeaseRepository,
    @InjectConfig(platformConfig) { dataDir }: ConfigOf<typeof platformConfig>,
  ) {
    this.host = [
      hostname(),
      fileText('/proc/sys/kernel/random/boot_id'),
      processNamespace(),
      realpathSync(dataDir),
    ].join('|');
  }

  get id(): string {
    return this.current;
  }

  /** Whether new holds are out of the question, because others may soon take this replica's leases. */
  get isFenced(): boolean {
    return !this.joined || performance.now() - this.heardAtMs > FENCE_MS;
  }

  /** The time by the database's clock, as of the last heartbeat and what passed since: also while it is away. */
  get databaseNow(): Date {
    return new Date(performance.now() + this.databaseAheadMs);
  }

  /** @param id a name under which nothing is leased */
  async join(id: string): Promise<void> {
    this.current = id;
    Replica.ofThisLife.add(id);
    const nowMs = await this.leases.join({ id, host: this.host, pid: process.pid });
    this.joined = true;
    this.heardAtMs = performance.now();
    this.databaseAheadMs = nowMs - this.heardAtMs;
  }

  /** @returns false when the replica was taken for dead meanwhile; it must join anew then */
  async beat(): Promise<boolean> {
    const before = performance.now();
    const nowMs = await this.leases.beat(this.current);
    if (nowMs === undefined) {
      this.log.warn('The other replicas took this one for dead; it begins anew.');
      return false;
    }
    this.heardAtMs = before;
    this.databaseAheadMs = nowMs - performance.now();
    return true;
  }

  /** Replicas that are gone, and can do nothing under their names any more: silent for too long, or ended processes of this place. */
  async departed(): Promise<string[]> {
    const departed: string[] = [];
    for (const other of await this.leases.others(this.current, DEAD_SECONDS)) {
      const ended = this.hasEnded(other);
      if ((ended || other.silent) && (await this.leases.condemn(other.id, DEAD_SECONDS, ended)))
        departed.push(other.id);
    }
    return departed;
  }

  /** Says that this replica is gone for good; its leases must have been given back. */
  async leave(): Promise<void> {
    this.joined = false;
    Replica.ofThisLife.delete(this.current);
    await this.leases.reap(this.current);
  }

  private hasEnded({ id, host, pid }: OtherReplica): boolean {
    if (host !== this.host || Replica.ofThisLife.has(id)) return false;
    return pid === process.pid || !isRunning(pid);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** A pid means something only within its namespace: two containers of one machine have different ones. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
