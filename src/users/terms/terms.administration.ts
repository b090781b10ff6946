import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { httpErrors } from '#libs/http';
import { TermsReset, TermsSet } from '../events/terms.events.js';
import type { SetTermsDto } from '../dto/terms.request.dto.js';
import { TermsRepository } from './terms.repository.js';
import { editionOf, type Terms, TermsSetting } from './terms.setting.js';

/** Lets administrators say which terms hold, and ask everybody for them anew. */
@Injectable()
export class TermsAdministration {
  constructor(
    private readonly terms: TermsSetting,
    private readonly acceptances: TermsRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  get(_actor: Principal): Promise<Terms> {
    return this.terms.setting.get();
  }

  /** A new version is asked for anew; the text of a version that is known may be corrected without that. */
  set(actor: Principal, { version, text = null, url = null, required }: SetTermsDto): Promise<Terms> {
    if (text === null && url === null) {
      throw httpErrors.validation_failed({ param: 'text', message: 'text or url must be there' });
    }
    return this.work.run(async () => {
      const before = await this.terms.setting.lock();
      const after: Terms = { version, text, url, required, round: before.round };
      await this.terms.setting.save(after);
      await this.events.publish(new TermsSet(actor, before, after));
      return after;
    });
  }

  /** @returns how many people had accepted the terms in force, and have to again */
  reset(actor: Principal): Promise<{ people: number }> {
    return this.work.run(async () => {
      const before = await this.terms.setting.lock();
      const edition = editionOf(before);
      const people = edition ? await this.acceptances.count(edition) : 0;
      await this.terms.setting.save({ ...before, round: before.round + 1 });
      await this.events.publish(new TermsReset(actor, before.version, people));
      return { people };
    });
  }
}
