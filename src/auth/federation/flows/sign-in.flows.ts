import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '#libs/access';
import { type KeyedHash, KeyedHashes, randomToken, SealedBox, type SealedPlace } from '#libs/crypto';
import { Clock, newId } from '#libs/kernel';
import { federationErrors } from '../federation.errors.js';
import { SignInFlowsRepository } from './sign-in-flows.repository.js';

const LIFE_MS = 10 * 60_000;

/** Random texts that tie a provider's answer to what it was asked. None of them is ever sent twice. */
export interface FlowSecrets {
  /** Comes back with the answer and names the flow. */
  readonly state: string;
  /** PKCE (RFC 7636): proves to the provider that who asked also redeems. */
  readonly verifier: string;
  /** Comes back inside what the provider signs. */
  readonly nonce: string;
}

/** A flow that has come back to the browser that it was begun in. */
export interface SignInFlow {
  /** The slug. */
  readonly provider: string;
  readonly returnTo: string;
  readonly linkingSessionId: string | undefined;
  readonly secrets: FlowSecrets;
  readonly isExpired: boolean;
}

/** Remembers who was sent to a provider until they come back, to whichever replica: once, soon, in the same browser. */
@Injectable()
export class SignInFlows {
  private readonly states: KeyedHash;
  private readonly browsers: KeyedHash;

  constructor(
    private readonly flows: SignInFlowsRepository,
    private readonly box: SealedBox,
    private readonly clock: Clock,
    hashes: KeyedHashes,
  ) {
    this.states = hashes.for('sign-in-state');
    this.browsers = hashes.for('sign-in-browser');
  }

  /** @param browser what the browser's cookie holds */
  async begin(
    provider: string,
    { browser, returnTo, linkingTo }: { browser: string; returnTo: string; linkingTo?: UserPrincipal | undefined },
  ): Promise<FlowSecrets> {
    const id = newId();
    const secrets = { state: randomToken(), verifier: randomToken(), nonce: randomToken() };
    const { keyId, box } = this.box.seal(JSON.stringify([secrets.verifier, secrets.nonce]), placeOf(id));
    await this.flows.insert({
      id,
      stateHash: this.states.hash(secrets.state),
      browserHash: this.browsers.hash(browser),
      provider,
      keyId,
      sealed: box,
      returnTo,
      linkingSessionId: linkingTo?.sessionId ?? null,
      expiresAt: new Date(this.clock.now() + LIFE_MS),
    });
    return secrets;
  }

  /**
   * The flow that an answer belongs to; it is gone then.
   *
   * @throws DomainError sign_in_flow_unknown when it was begun in no browser or another one, or came back before
   */
  async take(state: string | undefined, browser: string | undefined): Promise<SignInFlow> {
    if (state === undefined || browser === undefined) throw federationErrors.sign_in_flow_unknown();
    const flow = await this.flows.take(this.states.candidates(state), this.browsers.candidates(browser));
    if (!flow) throw federationErrors.sign_in_flow_unknown();
    const [verifier, nonce] = JSON.parse(this.box.open({ keyId: flow.keyId, box: flow.sealed }, placeOf(flow.id))) as [
      string,
      string,
    ];
    return {
      provider: flow.provider,
      returnTo: flow.returnTo,
      linkingSessionId: flow.linkingSessionId ?? undefined,
      secrets: { state, verifier, nonce },
      isExpired: flow.expiresAt <= this.clock.date(),
    };
  }
}

function placeOf(row: string): SealedPlace {
  return { table: 'sign_in_flows', row, column: 'sealed' };
}
