import { Injectable, Logger } from '@nestjs/common';
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { Clock } from '#libs/kernel';
import { CEREMONY_MS, PasskeyCeremonies } from './passkey.ceremonies.js';
import type { Ceremony } from './passkey-ceremonies.repository.js';
import type { PasskeyEntity } from './passkey.entity.js';
import { PasskeysRepository } from './passkeys.repository.js';
import { RelyingParty } from './relying.party.js';
import { clientDataOf, readAssertion, userHandleOf } from './webauthn.js';

/** Has people prove who they are with a passkey (WebAuthn §7.2), which must have recognised them. */
@Injectable()
export class PasskeyAssertions {
  private readonly log = new Logger(PasskeyAssertions.name);

  constructor(
    private readonly party: RelyingParty,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly passkeys: PasskeysRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * What a browser is to ask for.
   *
   * @param userId whose passkeys are good; left out, those of anybody, so that nothing is said about accounts
   */
  async options(ceremony: Ceremony, userId?: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
    const own = userId === undefined ? [] : await this.passkeys.listOf(userId);
    return generateAuthenticationOptions({
      rpID: this.party.id,
      challenge: Uint8Array.from(Buffer.from(await this.ceremonies.begin(ceremony), 'base64url')),
      timeout: CEREMONY_MS,
      userVerification: 'required',
      allowCredentials: own.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
    });
  }

  /**
   * @param userId whose passkey it must be; left out, that of the person whom it names itself
   * @returns the passkey; undefined when the answer is not good in every respect
   */
  async verify(
    given: Readonly<Record<string, unknown>>,
    ceremony: Ceremony,
    userId?: string,
  ): Promise<PasskeyEntity | undefined> {
    const response = readAssertion(given);
    const said = response && clientDataOf(response.response.clientDataJSON);
    if (!response || !said || !(await this.ceremonies.end(said.challenge, ceremony))) return undefined;
    if (said.crossOrigin) return undefined;
    const passkey = await this.passkeys.findByCredential(response.id);
    if (!passkey || !isOf(passkey, response, userId)) return undefined;
    const counter = await this.counterOf(response, said.challenge, passkey);
    // Compared once more by the statement that sets it: two answers at once cannot both be the next one.
    const isNext = counter !== undefined && (await this.passkeys.use(passkey.id, counter, this.clock.date()));
    return isNext ? passkey : undefined;
  }

  private async counterOf(
    response: AuthenticationResponseJSON,
    challenge: string,
    { credentialId, publicKey, counter }: PasskeyEntity,
  ): Promise<number | undefined> {
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: this.party.origins,
        expectedRPID: this.party.id,
        credential: { id: credentialId, publicKey: Uint8Array.from(publicKey), counter },
        requireUserVerification: true,
      });
      return verified ? authenticationInfo.newCounter : undefined;
    } catch (error) {
      // Whatever it stumbles over came from outside.
      this.log.debug(`An answer of a passkey is not good: ${error instanceof Error ? error.message : 'no reason'}`);
      return undefined;
    }
  }
}

/** An authenticator that names the person must name the owner; one that was told whom to ask need not. */
function isOf({ userId }: PasskeyEntity, { response }: AuthenticationResponseJSON, expected?: string): boolean {
  const named = response.userHandle ?? undefined;
  if (named === undefined) return expected === userId;
  return named === Buffer.from(userHandleOf(userId)).toString('base64url') && (expected ?? userId) === userId;
}
