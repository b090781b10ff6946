import { Injectable } from '@nestjs/common';
import { accessErrors, personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock, newId } from '#libs/kernel';
import { type UserAccount, UserDirectory } from '../users/user.directory.js';
import { SECTIONS } from './dto/own-data.response.dto.js';
import { DataExported } from './events/privacy.events.js';
import { PersonalDataRepository } from './personal-data.repository.js';
import { privacyErrors } from './privacy.errors.js';
import { PrivacyRepository } from './privacy.repository.js';

const PAUSE_MS = 7 * 86_400_000;

/** Everything that the house knows about somebody: beside these, a list for each section. */
export interface ExportedData {
  readonly exportId: string;
  readonly exportedAt: Date;
  readonly profile: UserAccount;
  /** The sections that nobody foresaw here. */
  readonly others: object;
  readonly cut: Readonly<Record<string, number>>;
}

/** Gives people what the house knows about them, in memory alone and within bounds. */
@Injectable()
export class DataExport {
  constructor(
    private readonly users: UserDirectory,
    private readonly data: PersonalDataRepository,
    private readonly privacy: PrivacyRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** An export that fails does not count. @throws DomainError export_too_soon */
  async run(actor: Principal): Promise<ExportedData> {
    const { userId } = personOf(actor);
    const exportedAt = this.clock.date();
    const exportId = newId();
    return this.work.run(async () => {
      const before = await this.privacy.noteExport(exportId, userId, exportedAt, new Date(+exportedAt - PAUSE_MS));
      if (before) {
        throw privacyErrors.export_too_soon({
          retryAfterSeconds: Math.ceil((+before + PAUSE_MS - +exportedAt) / 1_000),
        });
      }
      const profile = await this.users.find(userId);
      if (!profile) throw accessErrors.unauthorized();
      const { sections, cut } = await this.data.read(userId);
      const others = Object.fromEntries(Object.entries(sections).filter(([name]) => !SECTIONS.has(name)));
      await this.events.publish(new DataExported(actor, exportId, userId));
      return { ...sections, others, exportId, exportedAt, profile, cut };
    });
  }
}
