import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, bySession, despite, DUTIES, type Principal, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { FromWhere, type Whence } from '../sessions/whence.decorator.js';
import { BackupCodeRenewal } from './backup-code.renewal.js';
import { EnableMfaDto, OwnProofDto } from './dto/mfa.request.dto.js';
import { BackupCodesDto, DoneDto, MfaEnabledDto, MfaSecretDto, MfaStatusDto } from './dto/mfa.response.dto.js';
import { MfaRemoval } from './mfa.removal.js';
import { MfaSetup } from './mfa.setup.js';
import { type MfaStanding, MfaStatus } from './mfa.status.js';

const OPEN = bySession(despite(SIGNED_IN, ...DUTIES));

/** How giving a password and a code may fail. */
const PROOF_ERRORS = {
  403: ['recent_auth_required'],
  423: ['account_locked'],
  429: ['rate_limited'],
  503: ['sign_in_busy'],
} as const;

@ApiTags('Second factors')
@Controller('api/auth/mfa')
export class MfaController {
  constructor(
    private readonly status: MfaStatus,
    private readonly setup: MfaSetup,
    private readonly removal: MfaRemoval,
    private readonly renewal: BackupCodeRenewal,
  ) {}

  @Get('status')
  @Endpoint({ access: OPEN, summary: 'How your second factors stand', returns: one(MfaStatusDto) })
  getMfaStatus(@Actor() actor: Principal): Promise<MfaStanding> {
    return this.status.of(actor);
  }

  @Post('setup')
  @Endpoint({
    access: OPEN,
    summary: 'Get a secret for your authenticator app',
    description: 'Of no effect until `POST /api/auth/mfa/enable`. Another call before that makes another secret.',
    status: 200,
    returns: one(MfaSecretDto),
    errors: { 400: ['mfa_already_on'] },
  })
  setUpMfa(@Actor() actor: Principal): Promise<MfaSecretDto> {
    return this.setup.begin(actor);
  }

  @Post('enable')
  @Endpoint({
    access: OPEN,
    summary: 'Switch one-time codes on',
    description:
      'Takes your password and a code of the new secret; gives ten backup codes. Other sessions that were opened without a second factor end.',
    status: 200,
    returns: one(MfaEnabledDto),
    errors: { ...PROOF_ERRORS, 400: ['mfa_already_on', 'wrong_code', 'password_required', 'wrong_password'] },
  })
  enableMfa(
    @Actor() actor: Principal,
    @Body() proof: EnableMfaDto,
    @FromWhere() whence: Whence,
  ): Promise<MfaEnabledDto> {
    return this.setup.enable(actor, proof, whence);
  }

  @Post('disable')
  @Endpoint({
    access: OPEN,
    summary: 'Switch one-time codes off',
    description: 'Takes your password and a code. Other sessions that were opened with a code end.',
    status: 200,
    returns: one(DoneDto),
    errors: {
      ...PROOF_ERRORS,
      400: ['mfa_not_on', 'code_required', 'wrong_code', 'password_required', 'wrong_password'],
    },
  })
  disableMfa(@Actor() actor: Principal, @Body() proof: OwnProofDto, @FromWhere() whence: Whence): Promise<DoneDto> {
    return this.removal.disable(actor, proof, whence);
  }

  @Post('backup-codes/regenerate')
  @Endpoint({
    access: OPEN,
    summary: 'Get new backup codes',
    description: 'Takes your password and a code. The old backup codes are worthless.',
    status: 200,
    returns: one(BackupCodesDto),
    errors: {
      ...PROOF_ERRORS,
      400: ['mfa_not_on', 'code_required', 'wrong_code', 'password_required', 'wrong_password'],
    },
  })
  regenerateBackupCodes(
    @Actor() actor: Principal,
    @Body() proof: OwnProofDto,
    @FromWhere() whence: Whence,
  ): Promise<BackupCodesDto> {
    return this.renewal.regenerate(actor, proof, whence);
  }
}
