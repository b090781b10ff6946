import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, bySession, type Principal, PUBLIC, recently, SIGNED_IN } from '#libs/access';
import { Endpoint, Network, one } from '#libs/http';
import { TokenDto } from '../recovery/dto/recovery.request.dto.js';
import { EmailVerifiedDto, MessageDto } from '../recovery/dto/recovery.response.dto.js';
import { FromWhere, type Whence } from '../sessions/whence.decorator.js';
import { ChangeEmailDto, PhoneCodeDto, PhoneDto } from './dto/contact.request.dto.js';
import { PhoneVerifiedDto } from './dto/contact.response.dto.js';
import { EmailChange } from './email.change.js';
import { EmailChangeConfirmation } from './email-change.confirmation.js';
import { PhoneVerification } from './phone.verification.js';

@ApiTags('Auth')
@Controller('api/auth')
export class ContactController {
  constructor(
    private readonly phone: PhoneVerification,
    private readonly emailChange: EmailChange,
    private readonly confirmation: EmailChangeConfirmation,
  ) {}

  @Post('verify-phone/request')
  @Endpoint({
    access: bySession(SIGNED_IN),
    summary: 'Ask for a code, to show that a telephone number is yours',
    description: 'The code has six digits, is good for ten minutes and this number, and void after five wrong tries.',
    status: 202,
    returns: one(MessageDto),
    errors: { 400: ['phone_invalid'], 429: ['rate_limited'], 503: ['sms_not_configured'] },
  })
  requestPhoneVerification(
    @Actor() actor: Principal,
    @Body() wish: PhoneDto,
    @Network() network: string,
  ): Promise<MessageDto> {
    return this.phone.request(actor, wish, network);
  }

  @Post('verify-phone/confirm')
  @Endpoint({
    access: bySession(SIGNED_IN),
    summary: 'Show that a telephone number is yours',
    returns: one(PhoneVerifiedDto),
    errors: { 400: ['wrong_code', 'code_void'], 409: ['user_phone_taken'], 429: ['rate_limited'] },
  })
  confirmPhoneVerification(
    @Actor() actor: Principal,
    @Body() wish: PhoneCodeDto,
    @Network() network: string,
  ): Promise<PhoneVerifiedDto> {
    return this.phone.confirm(actor, wish, network);
  }

  @Post('email-change/request')
  @Endpoint({
    access: recently(bySession(SIGNED_IN), 'identity'),
    summary: 'Ask for another e-mail address',
    description: 'A mail with a link goes to the new address. Until it is followed, nothing changes.',
    status: 202,
    returns: one(MessageDto),
    errors: {
      400: ['wrong_password'],
      423: ['account_locked'],
      429: ['rate_limited'],
      503: ['mail_not_configured', 'sign_in_busy'],
    },
  })
  requestEmailChange(
    @Actor() actor: Principal,
    @Body() wish: ChangeEmailDto,
    @FromWhere() whence: Whence,
  ): Promise<MessageDto> {
    return this.emailChange.request(actor, wish, whence);
  }

  @Post('email-change/confirm')
  @Endpoint({
    access: PUBLIC,
    summary: 'Change the e-mail address of an account with a link',
    description: 'The old address is told.',
    returns: one(EmailVerifiedDto),
    errors: { 400: ['link_invalid'], 409: ['user_email_taken'], 429: ['rate_limited'] },
  })
  confirmEmailChange(
    @Actor() actor: Principal,
    @Body() { token }: TokenDto,
    @Network() network: string,
  ): Promise<EmailVerifiedDto> {
    return this.confirmation.confirm(actor, token, network);
  }
}
