import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, despite, DUTIES, type Principal, PUBLIC, SIGNED_IN } from '#libs/access';
import { either, Endpoint, Network, one } from '#libs/http';
import { type CliAdmission, CliSignInService } from './cli-sign-in.service.js';
import { MfaChallengeDto } from './dto/auth.response.dto.js';
import { challengeAnswer } from './sign-in.answer.js';
import { CliSignInDto, CliTokenDto, PersonalTokenDto } from './tokens/dto/personal-token.dto.js';
import type { PersonalTokenEntity } from './tokens/personal-token.entity.js';
import { PersonalTokensService } from './tokens/personal-tokens.service.js';

@ApiTags('Auth')
@Controller('api/auth')
export class CliController {
  constructor(
    private readonly signIn: CliSignInService,
    private readonly tokens: PersonalTokensService,
  ) {}

  @Post('cli-login')
  @Endpoint({
    access: PUBLIC,
    summary: 'Let a command line in',
    description:
      'The answer holds a personal access token, which is not shown again. Whoever has a second factor is asked for it instead, and gets a session with which to make a token; the device flow is shorter.',
    returns: either(CliTokenDto, MfaChallengeDto, 'challengeToken'),
    errors: {
      400: ['personal_token_expiry_invalid'],
      401: ['invalid_credentials'],
      409: ['personal_tokens_too_many'],
      423: ['account_locked'],
      429: ['rate_limited'],
      503: ['sign_in_busy'],
    },
  })
  cliLogin(
    @Actor() actor: Principal,
    @Body() credentials: CliSignInDto,
    @Network() network: string,
  ): Promise<CliTokenDto | MfaChallengeDto> {
    return this.signIn.run(actor, credentials, network).then(answerOf);
  }

  @Post('cli-logout')
  @Endpoint({
    access: despite(SIGNED_IN, ...DUTIES),
    summary: 'End the personal access token that asks',
    description: 'It is refused at once.',
    returns: one(PersonalTokenDto),
    errors: { 400: ['personal_token_expected'] },
  })
  cliLogout(@Actor() actor: Principal): Promise<PersonalTokenEntity> {
    return this.tokens.endOwn(actor);
  }
}

function answerOf(admission: CliAdmission): CliTokenDto | MfaChallengeDto {
  if (admission.kind === 'challenge') return challengeAnswer(admission.challenge);
  return { ...admission.token, user: admission.account };
}
