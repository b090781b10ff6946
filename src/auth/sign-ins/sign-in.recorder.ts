import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { Clock, newId } from '#libs/kernel';
import { Mailer } from '#libs/mail';
import { currentRequest } from '#libs/observability';
import { UserDirectory } from '../../users/user.directory.js';
import { SignedIn, SignInFailed } from '../events/auth.events.js';
import { newDeviceLetter } from '../recovery/letters.js';
import { KnownDevices } from '../sessions/known.devices.js';
import { deviceOf } from '../sessions/device.js';
import { PersonalTokenIssued } from '../tokens/events/personal-token.events.js';
import { SignInsRepository } from './sign-ins.repository.js';

/** Keeps who signed in from where, and tells people of a sign-in from a device that they were not seen with. */
@Injectable()
export class SignInRecorder {
  constructor(
    private readonly signIns: SignInsRepository,
    private readonly users: UserDirectory,
    private readonly devices: KnownDevices,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  @OnEvent(SignedIn, 'in-transaction')
  async onSignedIn({ actor: { userId, sessionId, methods } }: SignedIn): Promise<void> {
    await this.note(userId, { success: true, methods: [...methods], sessionId });
    const { wasKnown, knewAny } = await this.devices.note(userId);
    if (wasKnown || !knewAny) return;
    const { ip = '', userAgent = null } = currentRequest() ?? {};
    const where = { ip, device: deviceOf(userAgent) };
    const account = await this.users.find(userId);
    if (account) await this.mailer.mail(newDeviceLetter(account.email, where, this.clock.date()));
  }

  /** A command line that came with the password signed in, though it has no session. Of the token there is a letter. */
  @OnEvent(PersonalTokenIssued, 'in-transaction')
  async onPersonalTokenIssued({ token: { userId, methods }, way }: PersonalTokenIssued): Promise<void> {
    if (way === 'cli_login') await this.note(userId, { success: true, methods: [...methods], sessionId: null });
  }

  /** After the answer: it must not take longer for an account that there is. */
  @OnEvent(SignInFailed, 'after-commit')
  async onSignInFailed({ userId }: SignInFailed): Promise<void> {
    if (userId !== undefined) await this.note(userId, { success: false, methods: [], sessionId: null });
  }

  private async note(
    userId: string,
    what: { success: boolean; methods: string[]; sessionId: string | null },
  ): Promise<void> {
    const { ip = null, userAgent = null } = currentRequest() ?? {};
    await this.signIns.insert({ id: newId(), userId, at: this.clock.date(), ip, userAgent, ...what });
  }
}
