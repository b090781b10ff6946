import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { DomainError } from '#libs/kernel';
import type { Admission } from '../sign-in.gate.js';
import { FederatedSignIn } from './federated-sign-in.js';
import { type SignInFlow, SignInFlows } from './flows/sign-in.flows.js';
import { LinkingSessions } from './identities/linking.sessions.js';
import { AnswerJudge, type ProviderReturn } from './answer.judge.js';
import { SignInAddresses } from './sign-in.addresses.js';

/** What a browser brought. */
export interface Arriving extends ProviderReturn {
  /** What its cookie holds. */
  readonly browser: string | undefined;
}

export type Outcome =
  | { readonly kind: 'admitted'; readonly admission: Admission }
  | { readonly kind: 'linked' }
  | { readonly kind: 'refused'; readonly error: DomainError };

/** How a way to a provider and back ended, and where it was to lead. */
export interface Arrived {
  readonly returnTo: URL;
  readonly outcome: Outcome;
}

/** Receives people who come back from identity providers. */
@Injectable()
export class Arrival {
  constructor(
    private readonly flows: SignInFlows,
    private readonly judge: AnswerJudge,
    private readonly signIn: FederatedSignIn,
    private readonly linking: LinkingSessions,
    private readonly addresses: SignInAddresses,
  ) {}

  /** @throws DomainError sign_in_flow_unknown when nobody here was sent anywhere, so that there is no way back either */
  async receive(actor: Principal, { slug, answer, browser }: Arriving): Promise<Arrived> {
    const flow = await this.flows.take(answer['state'], browser);
    return {
      returnTo: this.addresses.absolute(flow.returnTo),
      outcome: await this.outcomeOf(actor, flow, { slug, answer }),
    };
  }

  private async outcomeOf(actor: Principal, flow: SignInFlow, came: ProviderReturn): Promise<Outcome> {
    try {
      const proven = await this.judge.proven(actor, flow, came);
      if (flow.linkingSessionId === undefined) {
        return { kind: 'admitted', admission: await this.signIn.admit(actor, proven) };
      }
      await this.signIn.link(await this.linking.personOf(flow.linkingSessionId), proven);
      return { kind: 'linked' };
    } catch (error) {
      if (error instanceof DomainError) return { kind: 'refused', error };
      throw error;
    }
  }
}
