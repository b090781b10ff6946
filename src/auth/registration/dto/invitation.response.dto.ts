import { ROLES } from '#libs/access';
import { Email, Id, Instant, OneOf, Text } from '#libs/http';

export class InvitationDto {
  @Id({ description: 'The id. Ids follow time.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Email({ description: 'Who was invited.', example: 'grace@example.com' })
  email: string;

  @Text({ description: `The role of the account: ${ROLES.join(', ')}.`, example: 'user' })
  role: string;

  @OneOf(['open', 'used', 'expired', 'revoked'], { description: 'What became of it.', example: 'open' })
  status: string;

  @Id({
    description: 'Who invited; null when they are gone.',
    example: '0190b5c2-5d1a-7b0e-8f32-6a9d1c4e2b70',
    nullable: true,
  })
  invitedBy: string | null;

  @Instant({ description: 'When.', example: '2026-11-20T09:30:00.000Z' })
  createdAt: Date;

  @Instant({ description: 'When it runs out.', example: '2026-11-27T09:30:00.000Z' })
  expiresAt: Date;

  @Instant({ description: 'When an account was made with it; null until then.', nullable: true, example: null })
  usedAt: Date | null;
}

export class InvitationMadeDto extends InvitationDto {
  @Text({
    description: 'The link to hand over, shown this once, where no mail is configured; null where it was mailed.',
    nullable: true,
    example: null,
  })
  link: string | null;
}
