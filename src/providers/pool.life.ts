import { Injectable } from '@nestjs/common';
import { KeyStateSync } from './key-state.sync.js';
import { PoolWatch } from './pool.watch.js';

/** Keeps the pool in step with the other replicas for as long as the process lives. */
@Injectable()
export class PoolLife {
  constructor(
    private readonly sync: KeyStateSync,
    private readonly watch: PoolWatch,
  ) {}

  async start(): Promise<void> {
    this.watch.register();
    await this.sync.start(() => this.watch.look());
  }

  /** Takes over what was just changed, here and elsewhere. */
  async catchUp(): Promise<void> {
    await this.sync.refresh();
    await this.watch.look();
  }
}
