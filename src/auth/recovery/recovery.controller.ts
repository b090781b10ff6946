import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, bySession, despite, DUTIES, type Principal, PUBLIC, recently, SIGNED_IN } from '#libs/access';
import { Endpoint, Network, one } from '#libs/http';
import { AddressDto, ChangePasswordDto, ConfirmPasswordResetDto, TokenDto } from './dto/recovery.request.dto.js';
import { EmailVerifiedDto, MessageDto } from './dto/recovery.response.dto.js';
import { FromWhere, type Whence } from '../sessions/whence.decorator.js';
import { EmailVerification } from './email.verification.js';
import { PasswordChange } from './password.change.js';
import { PasswordRecovery } from './password.recovery.js';
import { RecoveryRequests } from './recovery.requests.js';

const NEUTRAL = 'The answer is the same whether or not there is such an account; who gets a mail finds out from it.';

@ApiTags('Auth')
@Controller('api/auth')
export class RecoveryController {
  constructor(
    private readonly requests: RecoveryRequests,
    private readonly recovery: PasswordRecovery,
    private readonly passwordChange: PasswordChange,
    private readonly verification: EmailVerification,
  ) {}

  @Post('password-reset/request')
  @Endpoint({
    access: PUBLIC,
    summary: 'Ask for a link to choose a new password',
    description: NEUTRAL,
    status: 202,
    returns: one(MessageDto),
    errors: { 429: ['rate_limited'], 503: ['mail_not_configured'] },
  })
  requestPasswordReset(
    @Actor() actor: Principal,
    @Body() { email }: AddressDto,
    @Network() network: string,
  ): Promise<MessageDto> {
    return this.requests.add(actor, 'password-reset', email, network);
  }

  @Post('password-reset/confirm')
  @Endpoint({
    access: PUBLIC,
    summary: 'Choose a new password with a link',
    description:
      'Ends every session and personal access token of the account. It opens no session: sign in with the new password, and a second factor. Where the address was never verified, this verifies it, and what a stranger may have left goes: API keys are revoked; second factors, passkeys, linked identities and tokens are removed.',
    returns: one(MessageDto),
    errors: {
      400: ['link_invalid', 'password_rejected', 'password_reused'],
      429: ['rate_limited'],
      503: ['sign_in_busy'],
    },
  })
  confirmPasswordReset(
    @Actor() actor: Principal,
    @Body() wish: ConfirmPasswordResetDto,
    @Network() network: string,
  ): Promise<MessageDto> {
    return this.recovery.confirm(actor, wish, network);
  }

  @Post('password-change')
  @Endpoint({
    access: recently(bySession(despite(SIGNED_IN, ...DUTIES)), 'identity'),
    summary: 'Change your password',
    description: 'Ends every other session and every personal access token. The session that asks goes on.',
    returns: one(MessageDto),
    errors: {
      400: ['wrong_password', 'password_rejected', 'password_reused'],
      409: ['password_changed_meanwhile'],
      423: ['account_locked'],
      429: ['rate_limited'],
      503: ['sign_in_busy'],
    },
  })
  changePassword(
    @Actor() actor: Principal,
    @Body() wish: ChangePasswordDto,
    @FromWhere() whence: Whence,
  ): Promise<MessageDto> {
    return this.passwordChange.change(actor, wish, whence);
  }

  @Post('verify-email')
  @Endpoint({
    access: PUBLIC,
    summary: 'Verify an e-mail address with a link',
    description: 'A link that did its work already is answered alike and changes nothing.',
    returns: one(EmailVerifiedDto),
    errors: { 400: ['link_invalid'], 429: ['rate_limited'] },
  })
  verifyEmail(
    @Actor() actor: Principal,
    @Body() { token }: TokenDto,
    @Network() network: string,
  ): Promise<EmailVerifiedDto> {
    return this.verification.confirm(actor, token, network);
  }

  @Post('verify-email/resend')
  @Endpoint({
    access: PUBLIC,
    summary: 'Ask for another link to verify an e-mail address',
    description: NEUTRAL,
    status: 202,
    returns: one(MessageDto),
    errors: { 429: ['rate_limited'], 503: ['mail_not_configured'] },
  })
  resendEmailVerification(
    @Actor() actor: Principal,
    @Body() { email }: AddressDto,
    @Network() network: string,
  ): Promise<MessageDto> {
    return this.requests.add(actor, 'verify-email', email, network);
  }
}
