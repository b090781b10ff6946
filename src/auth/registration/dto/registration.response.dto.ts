import { ROLES } from '#libs/access';
import { Email, Id, Instant, OneOf, Text } from '#libs/http';

const LEFT_OUT = 'Left out where registration is neutral.';

/** An account that was made; where registration is neutral, that one may have been. */
export class RegistrationDto {
  @Id({ description: `The id. ${LEFT_OUT}`, example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11', optional: true })
  id?: string;

  @Email({ description: 'The address to sign in with, in lower case.', example: 'ada@example.com' })
  email: string;

  @Text({ description: 'How others see this person.', example: 'Ada Lovelace' })
  name: string;

  @Text({
    description: `The role: ${ROLES.join(', ')}, or one that administrators made. ${LEFT_OUT}`,
    example: 'user',
    optional: true,
  })
  role?: string;

  @OneOf(['active', 'inactive'], {
    description: `Whether the account may be used. ${LEFT_OUT}`,
    example: 'active',
    optional: true,
  })
  status?: string;

  @Instant({
    description: `When the account was made. ${LEFT_OUT}`,
    example: '2026-11-20T06:23:16.000Z',
    optional: true,
  })
  createdAt?: Date;
}
