import { Injectable } from '@nestjs/common';
import { personOf, type Principal, type UserPrincipal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Reauthenticated, SecondFactorFailed } from '../events/mfa.events.js';
import { mfaErrors } from '../mfa/mfa.errors.js';
import { OwnProof } from '../mfa/own.proof.js';
import type { Ceremony } from '../passkeys/passkey-ceremonies.repository.js';
import { PasskeyAssertions } from '../passkeys/passkey.assertions.js';
import { SessionProofs } from '../sessions/session.proofs.js';
import type { Whence } from '../sessions/whence.decorator.js';
import type { AuthenticationMethod } from '../sign-in.gate.js';
import type { ReauthenticateDto } from './dto/proofs.request.dto.js';

/** Renews the proof of a session, so that its owner can go on to what is sensitive. */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly proof: OwnProof,
    private readonly passkeys: PasskeyAssertions,
    private readonly sessions: SessionProofs,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  async passkeyOptions(actor: Principal): Promise<{ options: object }> {
    const person = personOf(actor);
    return { options: await this.passkeys.options(ceremonyOf(person), person.userId) };
  }

  /**
   * @param given a passkey, or the password with a code where there is a second factor
   * @throws DomainError wrong_passkey, and as {@link OwnProof.prove}
   */
  async run(
    actor: Principal,
    given: ReauthenticateDto,
    whence: Whence,
  ): Promise<{ authenticatedAt: Date; methods: string[] }> {
    const person = personOf(actor);
    const methods = given.passkey
      ? await this.byPasskey(person, given.passkey)
      : await this.proof.prove(person, given, whence);
    return this.work.run(async () => {
      const authenticatedAt = await this.sessions.renew(person, methods);
      await this.events.publish(new Reauthenticated(person, methods));
      return { authenticatedAt, methods };
    });
  }

  private async byPasskey(
    person: UserPrincipal,
    passkey: Readonly<Record<string, unknown>>,
  ): Promise<AuthenticationMethod[]> {
    if (await this.passkeys.verify(passkey, ceremonyOf(person), person.userId)) return ['hwk', 'user'];
    await this.events.publish(new SecondFactorFailed(person, person.userId));
    throw mfaErrors.wrong_passkey({ param: 'passkey' });
  }
}

function ceremonyOf({ sessionId }: UserPrincipal): Ceremony {
  return { purpose: 'reauthenticate', boundTo: sessionId };
}
