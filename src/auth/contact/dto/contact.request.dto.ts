import { Email, Text } from '#libs/http';

export class ChangeEmailDto {
  @Email({ description: 'The address to sign in with from then on.', example: 'ada.new@example.com' })
  email: string;

  @Text({ description: 'Your password.', example: 'Correct-Horse-7-Battery', max: 1_024 })
  currentPassword: string;
}

export class PhoneDto {
  @Text({ description: 'A telephone number with its country code.', example: '+1 555 010 0123', min: 1, max: 40 })
  phone: string;
}

export class PhoneCodeDto {
  @Text({
    description: 'The six digits of the text message.',
    example: '123456',
    pattern: /^\d{6}$/,
    rule: 'must be six digits',
  })
  code: string;
}
