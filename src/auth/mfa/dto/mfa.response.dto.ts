import { Flag, Instant, Int, Text, Texts } from '#libs/http';
import { SECOND_FACTORS } from '../../second-factors/second.factors.js';

export class MfaSecretDto {
  @Text({
    description: 'For typing into an authenticator app, in base32. It is shown this once.',
    example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  })
  secret: string;

  @Text({
    description: 'The same for scanning: show it as a QR code.',
    example: 'otpauth://totp/Sluice:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sluice',
  })
  otpauthUrl: string;
}

const CODES = {
  description: 'Each opens one sign-in in the place of a factor that is lost. They are shown this once.',
  example: ['7zk2m-q0v9w'],
};

export class MfaEnabledDto {
  @Texts({ ...CODES, nullable: true })
  backupCodes: string[] | null;
}

export class BackupCodesDto {
  @Texts(CODES)
  backupCodes: string[];
}

export class MfaStatusDto {
  @Flag({ description: 'Whether a second factor is asked for.', example: true })
  enabled: boolean;

  @Texts({ description: 'What can be shown as one.', example: ['totp', 'backup-code'], oneOf: SECOND_FACTORS })
  methods: string[];

  @Int({ description: 'Backup codes that were not used.', example: 9 })
  backupCodesLeft: number;

  @Instant({
    description: 'Since when one-time codes are on; null while they are off.',
    example: '2026-11-20T06:23:16.000Z',
    nullable: true,
  })
  totpEnabledAt: Date | null;

  @Instant({
    description: 'When one was accepted last; null before the first time.',
    example: '2026-11-20T07:00:00.000Z',
    nullable: true,
  })
  totpLastUsedAt: Date | null;
}

export class DoneDto {
  @Text({ description: 'What was done, for a person.', example: 'One-time codes are off.' })
  message: string;
}
