import { Flag, Id, Instant, Text, Texts } from '#libs/http';

/** A session that goes on. */
export class ListedSessionDto {
  @Id({ description: 'The id.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Text({ description: 'What it was opened on, as far as the device told.', example: 'Firefox on Windows' })
  device: string;

  @Text({ description: 'The address of the network that it was opened from.', example: '203.0.113.7', nullable: true })
  ip: string | null;

  @Texts({ description: 'How its owner proved who they are, in the names of RFC 8176.', example: ['pwd'] })
  methods: string[];

  @Flag({ description: 'Whether it is the one that asks.', example: true })
  current: boolean;

  @Instant({ description: 'When it was opened.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;

  @Instant({ description: 'When it was opened or went on last.', example: '2026-11-20T07:00:00.000Z' })
  lastActivity: Date;

  @Instant({ description: 'When it ends by itself, unless it goes on before.', example: '2026-12-20T07:00:00.000Z' })
  expiresAt: Date;
}

export class ValidateTokenDto {
  @Text({
    description: 'An access token.',
    example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl',
    min: 1,
    max: 4_096,
  })
  token: string;
}

/** What an access token is worth. */
export class TokenStandingDto {
  @Flag({ description: 'Whether it would be let in now.', example: true })
  valid: boolean;

  @Id({ description: 'Whose it is, if it is valid.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11', optional: true })
  userId?: string;

  @Instant({ description: 'When it runs out, if it is valid.', example: '2026-11-20T06:38:16.000Z', optional: true })
  expiresAt?: Date;
}

export class SessionOfPersonDto {
  @Id({ description: 'The person.' })
  id: string;

  @Id({ description: 'The session.' })
  sessionId: string;
}
