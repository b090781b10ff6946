import { Email, Id, Instant, Nested, OneOf, Text } from '#libs/http';
import { AccountDto } from '../../dto/auth.response.dto.js';

const NAME = {
  description: 'What it is for, so that you know it again.',
  example: 'laptop',
  min: 1,
  max: 100,
  pattern: /\S/,
  rule: 'must not be blank',
};
const END = { description: 'When it ends, at most a year from now. Left out, in 90 days.', optional: true };

export class CreatePersonalTokenDto {
  @Text(NAME)
  name: string;

  @Instant({ ...END, example: '2027-01-31T00:00:00.000Z' })
  expiresAt?: string;
}

export class CliSignInDto {
  @Email({ description: 'The address of the account.', example: 'ada@example.com' })
  email: string;

  @Text({ description: 'The password.', example: 'Correct-Horse-7-Battery', max: 1_024 })
  password: string;

  @Text({ ...NAME, default: 'command line' })
  name: string = 'command line';

  @Instant({ ...END, example: '2027-01-31T00:00:00.000Z' })
  expiresAt?: string;
}

/** A personal access token, without its value. */
export class PersonalTokenDto {
  @Id({ description: 'The id.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Text(NAME)
  name: string;

  @Text({ description: 'The public beginning of its value.', example: 'slp_8fK2mQx1' })
  prefix: string;

  @Instant({ description: 'When it was made.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;

  @Instant({ description: 'When it ends.', example: '2027-02-18T06:23:16.000Z' })
  expiresAt: Date;

  @Instant({
    description: 'When it was used last, to the minute.',
    example: '2026-11-21T08:00:00.000Z',
    nullable: true,
  })
  lastUsedAt: Date | null;
}

/** The same with its value, which is nowhere else. */
export class IssuedPersonalTokenDto extends PersonalTokenDto {
  @Text({
    description: 'Send it as `Authorization: Bearer …` to the control plane. It is not shown again.',
    example: 'slp_8fK2mQx1_3zT…',
  })
  token: string;

  @OneOf(['Bearer'], { description: 'How to send it.', example: 'Bearer' })
  tokenType: string;
}

/** The same, and whose it is. */
export class CliTokenDto extends IssuedPersonalTokenDto {
  @Nested(() => AccountDto, { description: 'Who signed in.' })
  user: AccountDto;
}
