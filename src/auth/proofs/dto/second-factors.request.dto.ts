import { OneOf } from '#libs/http';
import { SECOND_FACTORS, type SecondFactor } from '../../second-factors/second.factors.js';

/** What somebody has lost. */
export class ResetSecondFactorsDto {
  @OneOf(SECOND_FACTORS, {
    description: 'Only those of this kind; left out, all of them.',
    example: 'totp',
    optional: true,
  })
  kind?: SecondFactor;
}
