import { ROLES } from '#libs/access';
import { Email, Flag, Id, Instant, OneOf, Text } from '#libs/http';

export class UserDto {
  @Id({ description: 'The id.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Email({ description: 'The address to sign in with, in lower case.', example: 'ada@example.com' })
  email: string;

  @Text({ description: 'How others see this person.', example: 'Ada Lovelace' })
  name: string;

  @Text({ description: `The role: ${ROLES.join(', ')}, or one that administrators made.`, example: 'user' })
  role: string;

  @OneOf(['active', 'inactive'], { description: 'Whether the account may be used.', example: 'active' })
  status: string;

  @Instant({ description: 'When the account was made.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;

  @Instant({
    description: 'When this person signed in last; null before the first time.',
    example: '2026-11-20T07:00:00.000Z',
    nullable: true,
  })
  lastSignInAt: Date | null;
}

/** A person, as they see themselves. */
export class ProfileDto extends UserDto {
  @Flag({ description: 'Whether mail to the address is known to reach its owner.', example: true })
  emailVerified: boolean;

  @Flag({ description: 'Whether a telephone number of this person is known to be theirs.', example: false })
  phoneVerified: boolean;

  @Text({
    description: 'Where the picture is, below the address of this server; null for none.',
    example: '/api/v1/avatars/3q2-7wAAAAAAAAAAAAAAAA.png',
    nullable: true,
  })
  avatarUrl: string | null;
}
