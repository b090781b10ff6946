import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import type { Page } from '#libs/kernel';
import { ScimTokenEntity } from './scim-token.entity.js';

/** Every question to the table of SCIM tokens. */
@Injectable()
export class ScimTokensRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(token: ScimTokenEntity): Promise<void> {
    await this.tokens.insert(token);
  }

  /** The newest first. */
  async list({ page, limit }: { page: number; limit: number }): Promise<Page<ScimTokenEntity>> {
    const [items, total] = await this.tokens.findAndCount({
      order: { id: 'DESC' },
      skip: (page - 1) * limit,
      take: limit,
    });
    return { items, page, limit, total };
  }

  findByHash(hashes: readonly Buffer[]): Promise<ScimTokenEntity | null> {
    return this.tokens.findOneBy({ secretHash: In([...hashes]) });
  }

  /** Within a transaction: nobody else revokes it until that ends. */
  findLocked(id: string): Promise<ScimTokenEntity | null> {
    return this.tokens.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async revoke(id: string, at: Date): Promise<void> {
    await this.tokens.update({ id, revokedAt: IsNull() }, { revokedAt: at });
  }

  async noteUse(id: string, at: Date): Promise<void> {
    await this.tokens.update({ id }, { lastUsedAt: at });
  }

  private get tokens() {
    return this.work.manager.getRepository(ScimTokenEntity);
  }
}
