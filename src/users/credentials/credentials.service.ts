import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { defineSealed, placeIn, SealedBox } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { moment } from '#libs/http';
import { Clock, newId } from '#libs/kernel';
import { UserCredentialsRemoved, UserCredentialSet } from '../events/credential.events.js';
import { credentialErrors } from './credentials.errors.js';
import { type CredentialFacts, type CredentialKind, CredentialsRepository } from './credentials.repository.js';

/** A credential as its owner hands it over. */
export interface CredentialWish {
  readonly name: string;
  readonly value: string;
  readonly expiresAt?: string | null;
}

/** Of one kind, for one person. */
const MOST = 100;

const VALUE = defineSealed({ table: 'user_credentials', column: 'sealed_value', keyColumn: 'sealed_with' });

/** Keeps what people entrust to the house so that it can act for them. No value is ever shown again. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly box: SealedBox,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Puts it in the place of the one of that name.
   *
   * @throws DomainError credential_expiry_past, too_many_credentials
   */
  async set(actor: Principal, kind: CredentialKind, { name, value, expiresAt }: CredentialWish): Promise<void> {
    const { userId } = personOf(actor);
    const now = this.clock.date();
    const end = typeof expiresAt === 'string' ? moment(expiresAt) : null;
    if (end !== null && end <= now) throw credentialErrors.credential_expiry_past({ param: 'expiresAt' });
    const id = newId();
    const sealed = this.box.seal(value, placeIn(VALUE, id));
    await this.work.run(async () => {
      await this.credentials.lockOwner(userId);
      const kept = await this.credentials.list(userId, kind, now);
      const isNew = !kept.some((other) => other.name === name);
      if (isNew && kept.length >= MOST) throw credentialErrors.too_many_credentials();
      await this.credentials.save({ id, userId, kind, name, sealed, expiresAt: end });
      await this.events.publish(new UserCredentialSet(actor, userId, { kind, name, expiresAt: end }));
    });
  }

  /** In the order of their names. */
  list(actor: Principal, kind: CredentialKind): Promise<CredentialFacts[]> {
    return this.credentials.list(personOf(actor).userId, kind, this.clock.date());
  }

  has(actor: Principal, kind: CredentialKind, name: string): Promise<boolean> {
    return this.credentials.exists(personOf(actor).userId, kind, name, this.clock.date());
  }

  /** @throws DomainError credential_not_found */
  async remove(actor: Principal, kind: CredentialKind, name: string): Promise<void> {
    const removed = await this.removed(actor, kind, name);
    if (removed === 0) throw credentialErrors.credential_not_found();
  }

  async removeAll(actor: Principal, kind: CredentialKind): Promise<void> {
    await this.removed(actor, kind);
  }

  private removed(actor: Principal, kind: CredentialKind, name?: string): Promise<number> {
    const { userId } = personOf(actor);
    return this.work.run(async () => {
      const names = await this.credentials.remove(userId, kind, this.clock.date(), name);
      if (names.length > 0) await this.events.publish(new UserCredentialsRemoved(actor, userId, kind, names));
      return names.length;
    });
  }
}
