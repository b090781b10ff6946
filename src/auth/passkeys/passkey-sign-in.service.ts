import { Injectable } from '@nestjs/common';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { AttemptLimits } from '../attempt.limits.js';
import { PasskeyRejected } from '../events/mfa.events.js';
import { type Admission, SignInGate } from '../sign-in.gate.js';
import { PasskeyAssertions } from './passkey.assertions.js';
import { passkeyErrors } from './passkeys.errors.js';

const SIGN_IN = { purpose: 'sign-in' } as const;

/** Lets people in by a passkey alone: a key on their device, and the device has recognised them. */
@Injectable()
export class PasskeySignInService {
  constructor(
    private readonly limits: AttemptLimits,
    private readonly assertions: PasskeyAssertions,
    private readonly users: UserDirectory,
    private readonly gate: SignInGate,
    private readonly events: EventBus,
  ) {}

  /**
   * The same for everybody. Each of them opens at most one session, so counting them counts attempts.
   *
   * @throws DomainError rate_limited
   */
  async options(network: string): Promise<{ options: PublicKeyCredentialRequestOptionsJSON }> {
    await this.limits.countPasskey(network);
    return { options: await this.assertions.options(SIGN_IN) };
  }

  /** @throws DomainError passkey_rejected, invalid_credentials */
  async signIn(actor: Principal, credential: Readonly<Record<string, unknown>>): Promise<Admission> {
    const passkey = await this.assertions.verify(credential, SIGN_IN);
    const account = passkey && (await this.users.find(passkey.userId));
    if (!account) {
      await this.events.publish(new PasskeyRejected(actor));
      throw passkeyErrors.passkey_rejected();
    }
    return this.gate.admit(actor, account, ['hwk', 'user']);
  }
}
