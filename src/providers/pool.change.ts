import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { KeyStatesRepository } from './key-states.repository.js';
import { PoolLife } from './pool.life.js';

/** Runs a change of providers or keys in one transaction, and has every replica read them again. */
@Injectable()
export class PoolChange {
  constructor(
    private readonly work: UnitOfWork,
    private readonly states: KeyStatesRepository,
    private readonly life: PoolLife,
  ) {}

  /** Resolves once this replica works with what was committed; the others follow within a second. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const result = await this.work.run(async () => {
      const done = await work();
      // Last, because the row is everybody's: whoever holds it keeps the others waiting.
      await this.states.bumpRevision();
      return done;
    });
    await this.life.catchUp();
    return result;
  }
}
