import { Injectable } from '@nestjs/common';
import { Duties, personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import { TermsAccepted } from '../events/terms.events.js';
import { termsErrors } from './terms.errors.js';
import { TermsRepository } from './terms.repository.js';
import { editionOf, type Terms, TermsSetting } from './terms.setting.js';

/** The terms in force, and what whoever asks has done about them. */
export interface OwnTerms extends Omit<Terms, 'round'> {
  readonly acceptedAt: Date | null;
}

/**
 * Asks people for their word on the terms of use, and remembers it. API keys are not asked: a program cannot read, and
 * nobody gets a first key without having accepted. Whoever must be stopped at once is suspended.
 */
@Injectable()
export class TermsAcceptance {
  constructor(
    private readonly terms: TermsSetting,
    private readonly acceptances: TermsRepository,
    private readonly duties: Duties,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {
    duties.register('terms', ({ userId }) => this.isOwedBy(userId));
    terms.setting.onChange(() => duties.changed());
  }

  async show(actor: Principal): Promise<OwnTerms> {
    const { round, ...terms } = await this.terms.setting.get();
    const edition = editionOf({ ...terms, round });
    const acceptedAt = edition && (await this.acceptances.acceptedAt(personOf(actor).userId, edition));
    return { ...terms, acceptedAt: acceptedAt ?? null };
  }

  /**
   * Accepting twice changes nothing.
   *
   * @param version those that the person has read; left out, those in force
   * @throws DomainError terms_not_set, terms_changed
   */
  async accept(actor: Principal, version: string | undefined): Promise<OwnTerms> {
    const { userId } = personOf(actor);
    await this.work.run(async () => {
      const edition = editionOf(await this.terms.setting.read());
      if (!edition) throw termsErrors.terms_not_set();
      if (version !== undefined && version !== edition.version) throw termsErrors.terms_changed();
      if (!(await this.acceptances.add(userId, edition, this.clock.date()))) return;
      await this.events.publish(new TermsAccepted(actor, userId, edition.version));
      this.work.afterCommit(() => this.duties.changed(userId));
    });
    return this.show(actor);
  }

  private async isOwedBy(userId: string): Promise<boolean> {
    const terms = await this.terms.setting.get();
    const edition = editionOf(terms);
    return (
      terms.required && edition !== undefined && (await this.acceptances.acceptedAt(userId, edition)) === undefined
    );
  }
}
