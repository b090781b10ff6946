import { Injectable } from '@nestjs/common';
import { type KeyedHash, KeyedHashes, randomToken, SealBroken, SealedBox, type SealedPlace } from '#libs/crypto';
import { Clock, newId } from '#libs/kernel';
import { federationErrors } from '../federation.errors.js';
import type { SignInFlowEntity } from './sign-in-flow.entity.js';
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
    {
      browser,
      returnTo,
      linkingSessionId,
    }: { browser: string; returnTo: string; linkingSessionId?: string | undefined },
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
      linkingSessionId: linkingSessionId ?? null,
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
    const [verifier, nonce] = this.open(flow);
    return {
      provider: flow.provider,
      returnTo: flow.returnTo,
      linkingSessionId: flow.linkingSessionId ?? undefined,
      secrets: { state, verifier, nonce },
      isExpired: flow.expiresAt <= this.clock.date(),
    };
  }

  private open({ id, keyId, sealed }: SignInFlowEntity): [verifier: string, nonce: string] {
    try {
      return JSON.parse(this.box.open({ keyId, box: sealed }, placeOf(id))) as [string, string];
    } catch (error) {
      // The key was changed and taken away within ten minutes: begun again, it works.
      if (error instanceof SealBroken) throw federationErrors.sign_in_flow_unknown();
      throw error;
    }
  }
}

function placeOf(row: string): SealedPlace {
  return { table: 'sign_in_flows', row, column: 'sealed' };
}
