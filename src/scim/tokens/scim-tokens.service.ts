import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { moment } from '#libs/http';
import { Clock, newId, type Page } from '#libs/kernel';
import type { CreateScimTokenDto } from '../dto/scim-token.dto.js';
import { ScimTokenIssued, ScimTokenRevoked } from '../events/scim-token.events.js';
import { scimErrors } from '../scim.errors.js';
import type { ScimTokenEntity } from './scim-token.entity.js';
import { ScimTokenSecret } from './scim-token.secret.js';
import { ScimTokensRepository } from './scim-tokens.repository.js';

/** Keeps the tokens that a company's directory provisions with. */
@Injectable()
export class ScimTokensService {
  constructor(
    private readonly tokens: ScimTokensRepository,
    private readonly secrets: ScimTokenSecret,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  list(_actor: Principal, paging: { page: number; limit: number }): Promise<Page<ScimTokenEntity>> {
    return this.tokens.list(paging);
  }

  /** @returns the token with its secret, which is shown this once */
  async create(
    actor: Principal,
    { name, expiresAt }: CreateScimTokenDto,
  ): Promise<ScimTokenEntity & { readonly token: string }> {
    const now = this.clock.date();
    const ends = expiresAt === undefined ? null : moment(expiresAt);
    if (ends && ends <= now) throw scimErrors.scim_token_expiry_past({ param: 'expiresAt' });
    const { value, prefix, hash } = this.secrets.issue();
    const token: ScimTokenEntity = {
      id: newId(),
      name,
      prefix,
      secretHash: hash,
      createdBy: personOf(actor).userId,
      createdAt: now,
      expiresAt: ends,
      lastUsedAt: null,
      revokedAt: null,
    };
    await this.work.run(async () => {
      await this.tokens.insert(token);
      await this.events.publish(new ScimTokenIssued(actor, token));
    });
    return Object.assign(token, { token: value });
  }

  /** At once, on every replica. @throws DomainError scim_token_not_found */
  async revoke(actor: Principal, id: string): Promise<void> {
    await this.work.run(async () => {
      const token = await this.tokens.findLocked(id);
      if (!token || token.revokedAt) throw scimErrors.scim_token_not_found();
      await this.tokens.revoke(id, this.clock.date());
      await this.events.publish(new ScimTokenRevoked(actor, token));
    });
  }
}
