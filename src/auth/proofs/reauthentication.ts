import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Reauthenticated } from '../events/mfa.events.js';
import { OwnProof } from '../mfa/own.proof.js';
import { SessionProofs } from '../sessions/session.proofs.js';
import type { Whence } from '../sessions/whence.decorator.js';
import type { ReauthenticateDto } from './dto/proofs.request.dto.js';

/** Renews the proof of a session, so that its owner can go on to what is sensitive. */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly proof: OwnProof,
    private readonly sessions: SessionProofs,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError as {@link OwnProof.prove} */
  async run(
    actor: Principal,
    given: ReauthenticateDto,
    whence: Whence,
  ): Promise<{ authenticatedAt: Date; methods: string[] }> {
    const person = personOf(actor);
    const methods = await this.proof.prove(person, given, whence);
    return this.work.run(async () => {
      const authenticatedAt = await this.sessions.renew(person, methods);
      await this.events.publish(new Reauthenticated(person, methods));
      return { authenticatedAt, methods };
    });
  }
}
