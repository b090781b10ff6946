import { Injectable, Logger } from '@nestjs/common';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import type { UserAccount } from '../../users/user.directory.js';
import { CEREMONY_MS, PasskeyCeremonies } from './passkey.ceremonies.js';
import type { Ceremony } from './passkey-ceremonies.repository.js';
import type { PasskeyEntity } from './passkey.entity.js';
import { PasskeysRepository } from './passkeys.repository.js';
import { RelyingParty } from './relying.party.js';
import { clientDataOf, readAttestation, userHandleOf } from './webauthn.js';

/** EdDSA, ES256 and RS256, as COSE numbers them. */
const ALGORITHMS = [-8, -7, -257];

/** The ways to an authenticator that a browser is told of when it looks for a passkey. */
const TRANSPORTS = ['internal', 'hybrid', 'usb', 'nfc', 'ble', 'smart-card', 'cable'];

/** What an authenticator has made for us. */
export type NewCredential = Pick<PasskeyEntity, 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'backedUp'>;

/** Has authenticators make passkeys (WebAuthn §7.1) that name their owner and recognise them. */
@Injectable()
export class PasskeyAttestations {
  private readonly log = new Logger(PasskeyAttestations.name);

  constructor(
    private readonly party: RelyingParty,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly passkeys: PasskeysRepository,
  ) {}

  /** What a browser is to ask for. */
  async options({ id, email, name }: UserAccount, ceremony: Ceremony): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { generateRegistrationOptions } = await import('@simplewebauthn/server');
    const own = await this.passkeys.listOf(id);
    return generateRegistrationOptions({
      rpName: this.party.name,
      rpID: this.party.id,
      userID: userHandleOf(id),
      userName: email,
      userDisplayName: name,
      challenge: Uint8Array.from(Buffer.from(await this.ceremonies.begin(ceremony), 'base64url')),
      timeout: CEREMONY_MS,
      attestationType: 'none',
      excludeCredentials: own.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: ALGORITHMS,
    });
  }

  /** @returns undefined when the answer is not good in every respect */
  async verify(given: Readonly<Record<string, unknown>>, ceremony: Ceremony): Promise<NewCredential | undefined> {
    const response = readAttestation(given);
    const said = response && clientDataOf(response.response.clientDataJSON);
    if (!response || !said || !(await this.ceremonies.end(said.challenge, ceremony))) return undefined;
    if (said.crossOrigin) return undefined;
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    try {
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge: said.challenge,
        expectedOrigin: this.party.origins,
        expectedRPID: this.party.id,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      });
      if (!verified) return undefined;
      const { credential, credentialBackedUp } = registrationInfo;
      return {
        credentialId: credential.id,
        publicKey: Buffer.from(credential.publicKey),
        counter: credential.counter,
        transports: TRANSPORTS.filter((transport) => credential.transports?.includes(transport) === true),
        backedUp: credentialBackedUp,
      };
    } catch (error) {
      // Whatever it stumbles over came from outside.
      this.log.debug(`A new passkey is not good: ${error instanceof Error ? error.message : 'no reason'}`);
      return undefined;
    }
  }
}
