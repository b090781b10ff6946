import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { PasskeyRemoved, PasskeyRenamed } from '../events/mfa.events.js';
import { FactorChange } from '../mfa/factor.change.js';
import { WaysIn } from '../ways.in.js';
import type { PasskeyEntity } from './passkey.entity.js';
import { passkeyErrors } from './passkeys.errors.js';
import { PasskeysRepository } from './passkeys.repository.js';

/** What people do with the passkeys that they have. */
@Injectable()
export class PasskeyKeeping {
  constructor(
    private readonly passkeys: PasskeysRepository,
    private readonly change: FactorChange,
    private readonly ways: WaysIn,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  list(actor: Principal): Promise<PasskeyEntity[]> {
    return this.passkeys.listOf(personOf(actor).userId);
  }

  /** @throws DomainError passkey_not_found */
  async rename(actor: Principal, id: string, name: string | undefined): Promise<PasskeyEntity> {
    const { userId } = personOf(actor);
    return this.work.run(async () => {
      const before = await this.passkeys.findLocked(id, userId);
      if (!before) throw passkeyErrors.passkey_not_found();
      if (name === undefined || name === before.name) return before;
      await this.passkeys.rename(id, name);
      await this.events.publish(new PasskeyRenamed(actor, userId, { id, name: before.name }, name));
      return Object.assign(before, { name });
    });
  }

  /** @throws DomainError passkey_not_found, last_way_in */
  async remove(actor: Principal, id: string): Promise<void> {
    const person = personOf(actor);
    await this.work.run(async () => {
      const passkey = await this.passkeys.findLocked(id, person.userId);
      if (!passkey) throw passkeyErrors.passkey_not_found();
      await this.ways.takeOne(person.userId, () => this.passkeys.delete(id));
      await this.change.removed(person, 'hwk');
      await this.events.publish(new PasskeyRemoved(actor, person.userId, passkey));
    });
  }
}
