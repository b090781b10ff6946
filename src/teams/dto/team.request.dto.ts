import { Flag, PageQueryDto, Text } from '#libs/http';

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

export class CreateTeamDto {
  @Text(SLUG)
  slug: string;

  @Text(NAME)
  name: string;

  @Text(DESCRIPTION)
  description?: string | null;
}

export class UpdateTeamDto {
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
