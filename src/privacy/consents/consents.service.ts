import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock, type CursorPage, newId } from '#libs/kernel';
import type { GiveConsentDto } from '../dto/consent.request.dto.js';
import { ConsentGiven, ConsentWithdrawn } from '../events/privacy.events.js';
import { privacyErrors } from '../privacy.errors.js';
import type { ConsentEntity } from './consent.entity.js';
import { ConsentsRepository } from './consents.repository.js';

/** Keeps what people agreed to, and until when. */
@Injectable()
export class ConsentsService {
  constructor(
    private readonly consents: ConsentsRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  list(actor: Principal, page: { cursor?: string; limit: number }): Promise<CursorPage<ConsentEntity>> {
    return this.consents.list(personOf(actor).userId, page);
  }

  /** Whoever agrees to a new version does not stand by the old one any more. @throws DomainError consent_given */
  async give(actor: Principal, { purpose, version }: GiveConsentDto): Promise<ConsentEntity> {
    const { userId } = personOf(actor);
    return this.work.run(async () => {
      const givenAt = this.clock.date();
      const standing = await this.consents.findStanding(userId, purpose);
      if (standing?.version === version) throw privacyErrors.consent_given();
      if (standing) await this.consents.withdraw(userId, standing.id, givenAt);
      const consent = { id: newId(), userId, purpose, version, givenAt, withdrawnAt: null };
      if (!(await this.consents.insert(consent))) throw privacyErrors.consent_given();
      await this.events.publish(new ConsentGiven(actor, consent));
      return consent;
    });
  }

  /** @throws DomainError consent_not_found */
  async withdraw(actor: Principal, id: string): Promise<ConsentEntity> {
    return this.work.run(async () => {
      const withdrawn = await this.consents.withdraw(personOf(actor).userId, id, this.clock.date());
      if (!withdrawn) throw privacyErrors.consent_not_found();
      await this.events.publish(new ConsentWithdrawn(actor, withdrawn));
      return withdrawn;
    });
  }
}
