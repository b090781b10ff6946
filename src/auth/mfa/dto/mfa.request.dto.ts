import { Text } from '#libs/http';

const MOST_CHARACTERS = 1_024;

/** Left out by whoever has no password, because an identity provider vouches for them. */
class PasswordDto {
  @Text({
    description: 'Your password. Left out by accounts that have none and signed in not long ago.',
    example: 'Correct-Horse-7-Battery',
    max: MOST_CHARACTERS,
    optional: true,
  })
  password?: string;
}

export class EnableMfaDto extends PasswordDto {
  @Text({ description: 'What the authenticator app shows.', example: '287082', min: 1, max: 20 })
  code: string;
}

export class OwnProofDto extends PasswordDto {
  @Text({
    description: 'What the authenticator app shows, or a backup code. Left out by whoever has neither.',
    example: '287082',
    min: 1,
    max: 20,
    optional: true,
  })
  code?: string;
}
