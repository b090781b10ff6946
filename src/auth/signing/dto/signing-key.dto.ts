import { Flag, Instant, OneOf, Text } from '#libs/http';

export class RotateSigningKeyDto {
  @Flag({
    description:
      'Refuse at once what the present keys signed, because they may be in wrong hands. Sessions go on by their refresh token.',
    default: false,
  })
  discard: boolean = false;
}

/** A key that access tokens are signed with. */
export class SigningKeyDto {
  @Text({ description: 'Its name, `kid` in tokens and in the published set.', example: '8f2b1c0d9e7a6354' })
  id: string;

  @OneOf(['next', 'signing', 'former'], {
    description: '`next` waits for its turn, `former` only verifies what it signed.',
    example: 'signing',
  })
  state: string;

  @Instant({ description: 'From when on it signs.', example: '2026-11-20T06:23:16.000Z' })
  signsFrom: Date;
}
