import { Injectable } from '@nestjs/common';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { personOf, type Principal, type UserPrincipal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { PasskeyAdded } from '../events/mfa.events.js';
import { FactorChange } from '../mfa/factor.change.js';
import { OwnPassword } from '../protection/own.password.js';
import type { Whence } from '../sessions/whence.decorator.js';
import type { AddPasskeyDto } from './dto/passkeys.request.dto.js';
import { PasskeyAttestations } from './passkey.attestations.js';
import type { Ceremony } from './passkey-ceremonies.repository.js';
import type { PasskeyEntity } from './passkey.entity.js';
import { passkeyErrors } from './passkeys.errors.js';
import { PasskeysRepository } from './passkeys.repository.js';

const MOST_PASSKEYS = 20;

/** A passkey, and the backup codes that come along with a first second factor. */
export interface AddedPasskey extends PasskeyEntity {
  readonly backupCodes: readonly string[] | null;
}

/** Gives people passkeys. */
@Injectable()
export class PasskeyRegistration {
  constructor(
    private readonly password: OwnPassword,
    private readonly attestations: PasskeyAttestations,
    private readonly passkeys: PasskeysRepository,
    private readonly change: FactorChange,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Without options no passkey is made, so they are what the password is asked for: whoever has stolen an access token
   * alone gets no lasting way in.
   *
   * @throws DomainError as {@link OwnPassword.confirm}
   */
  async options(
    actor: Principal,
    password: string | undefined,
    whence: Whence,
  ): Promise<{ options: PublicKeyCredentialCreationOptionsJSON }> {
    const person = personOf(actor);
    await this.password.confirm(person, password, whence);
    const account = await this.password.accountOf(person);
    return { options: await this.attestations.options(account, ceremonyOf(person)) };
  }

  /** @throws DomainError passkey_not_made, passkey_taken, too_many_passkeys */
  async add(actor: Principal, { name, credential }: AddPasskeyDto): Promise<AddedPasskey> {
    const person = personOf(actor);
    const made = await this.attestations.verify(credential, ceremonyOf(person));
    if (!made) throw passkeyErrors.passkey_not_made();
    return this.work.run(async () => {
      await this.passkeys.lockOwner(person.userId);
      if ((await this.passkeys.listOf(person.userId)).length >= MOST_PASSKEYS) throw passkeyErrors.too_many_passkeys();
      const passkey = await this.passkeys.insert({ ...made, userId: person.userId, name });
      if (!passkey) throw passkeyErrors.passkey_taken();
      const backupCodes = await this.change.added(person, ['hwk', 'user']);
      await this.events.publish(new PasskeyAdded(actor, person.userId, passkey));
      return Object.assign(passkey, { backupCodes });
    });
  }
}

function ceremonyOf({ sessionId }: UserPrincipal): Ceremony {
  return { purpose: 'register', boundTo: sessionId };
}
