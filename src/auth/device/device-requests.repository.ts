import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import { DeviceRequestEntity } from './device-request.entity.js';

/** Every question to the table of requests for a device's token. */
@Injectable()
export class DeviceRequestsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(request: DeviceRequestEntity): Promise<void> {
    await this.requests.insert(request);
  }

  findByDeviceCode(hashes: readonly Buffer[]): Promise<DeviceRequestEntity | null> {
    return this.requests.findOneBy({ deviceCodeHash: In([...hashes]) });
  }

  /** Within a transaction: whoever asks with the same code follows. */
  findLocked(id: string): Promise<DeviceRequestEntity | null> {
    return this.requests.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  findByUserCode(hashes: readonly Buffer[]): Promise<DeviceRequestEntity | null> {
    return this.requests.findOneBy({ userCodeHash: In([...hashes]) });
  }

  async update(id: string, changes: Partial<DeviceRequestEntity>): Promise<void> {
    await this.requests.update({ id }, changes);
  }

  /** @returns false when somebody else decided meanwhile */
  async decide(
    id: string,
    { state, userId, methods }: Pick<DeviceRequestEntity, 'state' | 'userId' | 'methods'>,
  ): Promise<boolean> {
    const { affected } = await this.requests.update({ id, state: 'pending' }, { state, userId, methods });
    return affected === 1;
  }

  /** Those that somebody decided about. */
  async deleteAllOf(userId: string): Promise<void> {
    await this.requests.delete({ userId });
  }

  async deleteExpired(before: Date): Promise<void> {
    await this.requests.delete({ expiresAt: LessThan(before) });
  }

  private get requests() {
    return this.work.manager.getRepository(DeviceRequestEntity);
  }
}
