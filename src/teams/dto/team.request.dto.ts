import { Flag, PageQueryDto, Text, Texts } from '#libs/http';
import { BudgetDuration, MaxBudget, RpmLimit, SoftBudget, TpmLimit } from '#libs/limits';

const SLUG = {
  description: 'The name in addresses: small letters, digits and single dashes.',
  example: 'data-science',
  min: 1,
  max: 63,
  pattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  rule: 'must have small letters, digits and single dashes only',
};
const NAME = {
  description: 'The name for people.',
  example: 'Data science',
  min: 1,
  max: 100,
  pattern: /\S/,
  rule: 'must not be blank',
};
const DESCRIPTION = {
  description: 'What the team is for.',
  example: 'Everybody who trains models.',
  max: 1_000,
  optional: true,
  nullable: true,
};

/** What calls of the team's keys may cost, and how many they may be. */
class TeamLimitsDto {
  @Texts({
    description: "The models that the team's keys may call. An empty list: every model.",
    optional: true,
    maxItems: 1_000,
    example: ['gpt-4o-mini'],
  })
  allowedModels?: string[];

  @MaxBudget('wish')
  maxBudget?: string | null;

  @SoftBudget('wish')
  softBudget?: string | null;

  @BudgetDuration('wish')
  budgetDuration?: string | null;

  @RpmLimit('wish')
  rpmLimit?: number | null;

  @TpmLimit('wish')
  tpmLimit?: number | null;
}

export class CreateTeamDto extends TeamLimitsDto {
  @Text(SLUG)
  slug: string;

  @Text(NAME)
  name: string;

  @Text(DESCRIPTION)
  description?: string | null;
}

export class UpdateTeamDto extends TeamLimitsDto {
  @Text({ ...SLUG, optional: true })
  slug?: string;

  @Text({ ...NAME, optional: true })
  name?: string;

  @Text(DESCRIPTION)
  description?: string | null;
}

export class ListTeamsQueryDto extends PageQueryDto {
  @Flag({ description: 'Every team, not only your own. For administrators.', example: false, default: false })
  all: boolean = false;
}
