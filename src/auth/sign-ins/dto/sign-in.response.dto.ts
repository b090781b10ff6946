import { Flag, Id, Instant, Text, Texts } from '#libs/http';

/** That somebody signed in to your account, or tried to. */
export class PastSignInDto {
  @Id({ description: 'Ids follow time.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Instant({ description: 'When.', example: '2026-11-20T09:30:00.000Z' })
  at: Date;

  @Flag({ description: 'Whether they got in.', example: true })
  success: boolean;

  @Texts({
    description: 'How they proved who they are, in the names of RFC 8176; none where they did not.',
    example: ['pwd'],
  })
  methods: string[];

  @Text({ description: 'Where from; null when it is not known.', example: '203.0.113.7', nullable: true })
  ip: string | null;

  @Text({ description: 'What from.', example: 'Firefox on Windows' })
  device: string;

  @Flag({ description: 'Whether it is the session that asks.', example: false })
  current: boolean;
}
