import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import type { UserAccount } from '../../users/user.directory.js';
import { CodeCheck } from '../mfa/code.check.js';
import { mfaErrors } from '../mfa/mfa.errors.js';
import type { Ceremony } from '../passkeys/passkey-ceremonies.repository.js';
import { PasskeyAssertions } from '../passkeys/passkey.assertions.js';
import type { AuthenticationMethod } from '../sign-in.gate.js';

/** What somebody gives as a second factor: one of the two. */
export interface SecondProof {
  readonly code?: string;
  readonly passkey?: Readonly<Record<string, unknown>>;
}

/** Looks at second factors, whatever their kind. */
@Injectable()
export class SecondProofs {
  constructor(
    private readonly codes: CodeCheck,
    private readonly passkeys: PasskeyAssertions,
  ) {}

  /** @throws DomainError proof_required */
  mustBeOne({ code, passkey }: SecondProof): void {
    if ((code === undefined) === (passkey === undefined)) throw mfaErrors.proof_required();
  }

  /**
   * @param challengeId the sign-in that waits for it
   * @returns what it proved; undefined when it is not good
   * @throws DomainError account_locked
   */
  async accept(
    actor: Principal,
    account: UserAccount,
    challengeId: string,
    { code, passkey }: SecondProof,
  ): Promise<AuthenticationMethod[] | undefined> {
    if (passkey) {
      const own = await this.passkeys.verify(passkey, ceremonyOf(challengeId), account.id);
      return own && ['hwk', 'user'];
    }
    return code !== undefined && (await this.codes.isRight(actor, account, code)) ? ['otp'] : undefined;
  }

  /** What a browser is to ask for. */
  options(account: Pick<UserAccount, 'id'>, challengeId: string): Promise<object> {
    return this.passkeys.options(ceremonyOf(challengeId), account.id);
  }
}

function ceremonyOf(challengeId: string): Ceremony {
  return { purpose: 'second-factor', boundTo: challengeId };
}
