import { ROLES } from '#libs/access';
import { Email, OneOf, Text } from '#libs/http';

/** Far above the policy's limit: what a password may be is the policy's to say. */
const MOST_CHARACTERS = 1_024;

export class RegisterDto {
  @Email({
    description: 'The address to sign in with. Case and spaces around it do not matter.',
    example: 'ada@example.com',
  })
  email: string;

  @Text({
    description: 'At least 10 characters, among them a capital, a small letter, a digit and a sign.',
    example: 'Correct-Horse-7-Battery',
    max: MOST_CHARACTERS,
  })
  password: string;

  @Text({
    description: 'How others see you.',
    example: 'Ada Lovelace',
    min: 1,
    max: 100,
    pattern: /\S/,
    rule: 'must not be blank',
  })
  name: string;

  @Text({
    description: 'The token of an invitation: what stands behind the `#` of its link.',
    example: 'bUq0…',
    min: 1,
    max: 200,
    optional: true,
  })
  inviteToken?: string;
}

export class SignInDto {
  @Email({ description: 'The address of the account.', example: 'ada@example.com', optional: true })
  email?: string;

  @Text({
    description: 'In the place of the address, the name by which a directory knows the person.',
    example: 'ada',
    optional: true,
    min: 1,
    max: MOST_CHARACTERS,
  })
  username?: string;

  @Text({ description: 'The password.', example: 'Correct-Horse-7-Battery', max: MOST_CHARACTERS })
  password: string;
}

export class MockSignInQueryDto {
  @OneOf(ROLES, { description: 'The role to play.', example: 'user', default: 'admin' })
  role: string = 'admin';
}
