import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import { SignInFlowEntity } from './sign-in-flow.entity.js';

/** Every question to the table of sign-ins that are under way. */
@Injectable()
export class SignInFlowsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(flow: SignInFlowEntity): Promise<void> {
    await this.flows.insert(flow);
  }

  /** Finds a flow and removes it in one step. However many ask at once, one of them gets it. */
  async take(stateHashes: Buffer[], browserHashes: Buffer[]): Promise<SignInFlowEntity | undefined> {
    const found = await this.flows.findOneBy({ stateHash: In(stateHashes), browserHash: In(browserHashes) });
    if (!found) return undefined;
    const { affected } = await this.flows.delete({ id: found.id });
    return affected === 1 ? found : undefined;
  }

  /** @returns how many there were */
  async deleteExpired(now: Date): Promise<number> {
    const { affected } = await this.flows.delete({ expiresAt: LessThan(now) });
    return affected ?? 0;
  }

  private get flows() {
    return this.work.manager.getRepository(SignInFlowEntity);
  }
}
