import { ROLES } from '#libs/access';
import { Email, Flag, Id, Instant, Int, Nested, OneOf, Text, Texts } from '#libs/http';
import { SECOND_FACTORS } from '../second-factors/second.factors.js';

/** An account, as the person who signs in to it sees it. */
export class AccountDto {
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
}

/** A session. Its refresh token is in the cookie that came along. */
export class SessionDto {
  @Text({
    description: 'Send it as `Authorization: Bearer …` to the control plane.',
    example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl',
  })
  accessToken: string;

  @OneOf(['Bearer'], { description: 'How to send it.', example: 'Bearer' })
  tokenType: string;

  @Int({ description: 'Seconds until the access token is worthless; refresh before.', example: 900 })
  expiresIn: number;

  @Text({
    description: 'Send it as `X-CSRF-Token` to routes that the cookie opens. Also in the cookie `sluice_csrf`.',
    example: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
  })
  csrfToken: string;

  @Nested(() => AccountDto, { description: 'Who signed in.' })
  user: AccountDto;
}

/** A sign-in that waits for a second factor. There is no session yet, and no cookie. */
export class MfaChallengeDto {
  @Flag({ description: 'Always true: it tells this answer from a session.', example: true })
  mfaRequired: boolean;

  @Text({
    description: 'Send it to `POST /api/auth/mfa/verify` with a code, or with a passkey. It opens nothing else.',
    example: 'slc_4fT9aB2x_0000000000000000000000000000000000000000000000000',
  })
  challengeToken: string;

  @Texts({ description: 'What can be shown as a second factor.', example: ['totp'], oneOf: SECOND_FACTORS })
  methods: string[];

  @Int({ description: 'Seconds until the challenge is worthless. Five wrong answers end it as well.', example: 300 })
  expiresIn: number;
}
