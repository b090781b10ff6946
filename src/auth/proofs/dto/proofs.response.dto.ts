import { Instant, Texts } from '#libs/http';

export class ProofDto {
  @Instant({ description: 'When that was.', example: '2026-11-20T06:23:16.000Z' })
  authenticatedAt: Date;

  @Texts({ description: 'How you proved who you are, in the names of RFC 8176.', example: ['pwd', 'otp'] })
  methods: string[];
}
