import { Email, Text } from '#libs/http';

/** Far above the policy's limit: what a password may be is the policy's to say. */
const MOST_CHARACTERS = 1_024;
const TOKEN = { description: 'What stands behind the `#` of the link.', example: 'bUq0…', min: 1, max: 200 };

export class AddressDto {
  @Email({ description: 'The address of the account.', example: 'ada@example.com' })
  email: string;
}

export class TokenDto {
  @Text(TOKEN)
  token: string;
}

export class ConfirmPasswordResetDto extends TokenDto {
  @Text({
    description: 'At least 10 characters, among them a capital, a small letter, a digit and a sign.',
    example: 'Correct-Horse-7-Battery',
    max: MOST_CHARACTERS,
  })
  newPassword: string;
}

export class ChangePasswordDto {
  @Text({ description: 'The password until now.', example: 'Correct-Horse-7-Battery', max: MOST_CHARACTERS })
  currentPassword: string;

  @Text({
    description: 'At least 10 characters, among them a capital, a small letter, a digit and a sign.',
    example: 'Staple-Horse-8-Battery',
    max: MOST_CHARACTERS,
  })
  newPassword: string;
}
