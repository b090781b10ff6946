import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { type ConfigOf, InjectConfig, platformConfig } from '#libs/config';
import { newId } from '#libs/kernel';
import { BudgetLeaseRepository } from './budget.lease.repository.js';

/** A replica that has not been heard of for so long takes no new holds, whatever it may still have. */
const FENCE_MS = 45_000;
/** After so long others take it for dead. Longer than the fence by more than any pause in between. */
const DEAD_SECONDS = 60;

/** This process among the replicas: the name under which it leases, for as long as the others believe in it. */
@Injectable()
export class Replica {
  private readonly log = new Logger(Replica.name);
  private readonly host: string;
  private current = newId();
  private joined = false;
  private heardAtMs = performance.now();

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

  async join(): Promise<void> {
    this.current = newId();
    await this.leases.join({ id: this.current, host: this.host, pid: process.pid });
    this.joined = true;
    this.heardAtMs = performance.now();
  }

  /** @returns false when the replica was taken for dead meanwhile; it must join anew then */
  async beat(): Promise<boolean> {
    const before = performance.now();
    const known = await this.leases.beat(this.current);
    if (known) this.heardAtMs = before;
    else this.log.warn('The other replicas took this one for dead; it begins anew.');
    return known;
  }

  /** Replicas that are gone: silent for too long, or processes of this place that do not run any more. */
  async departed(): Promise<string[]> {
    const others = await this.leases.others(this.current, DEAD_SECONDS);
    return others
      .filter(({ silent, host, pid }) => silent || (host === this.host && !isRunning(pid)))
      .map(({ id }) => id);
  }

  /** Says that this replica is gone for good; its leases must have been given back. */
  async leave(): Promise<void> {
    this.joined = false;
    await this.leases.reap(this.current);
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
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
