import { Id, Instant, Text } from '#libs/http';

const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';
const NOW = '2026-11-20T09:30:00.000Z';

export class CreateScimTokenDto {
  @Text({
    description: 'Whose directory it is for.',
    example: 'Okta',
    min: 1,
    max: 100,
    pattern: /\S/,
    rule: 'must not be blank',
  })
  name: string;

  @Instant({ description: 'Until when it is good; left out: until it is revoked.', example: NOW, optional: true })
  expiresAt?: string;
}

/** A SCIM token as it may be shown at any time: without its secret. */
export class ScimTokenDto {
  @Id({ description: 'Names the token; the audit log speaks of it.', example: ID })
  id: string;

  @Text({ description: 'Whose directory it is for.', example: 'Okta' })
  name: string;

  @Text({ description: 'The public beginning of the token.', example: 'scim_a1B2c3D4' })
  prefix: string;

  @Id({ description: 'Who made it; null when their account is gone.', example: ID, nullable: true })
  createdBy: string | null;

  @Instant({ description: 'When it was made.', example: NOW })
  createdAt: Date;

  @Instant({ description: 'Until when it is good; null for no end.', example: NOW, nullable: true })
  expiresAt: Date | null;

  @Instant({ description: 'When it was used last, to the minute; null for never.', example: NOW, nullable: true })
  lastUsedAt: Date | null;

  @Instant({ description: 'When it was revoked; null for a token that was not.', example: NOW, nullable: true })
  revokedAt: Date | null;
}

export class IssuedScimTokenDto extends ScimTokenDto {
  @Text({
    description: 'The whole token, shown this once.',
    example: 'scim_a1B2c3D4_5e6F7g8H9i0J1k2L3m4N5o6P7q8R9s0T1u2V3w4X5y6Z7a8B9c',
  })
  token: string;
}
