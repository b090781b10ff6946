import { Flag, Id, Instant, Int, OneOf, Text, Texts } from '#libs/http';
import { BudgetDuration, BudgetResetAt, MaxBudget, RpmLimit, SoftBudget, Spend, TpmLimit } from '#libs/limits';
import { TEAM_ROLES } from '../team-member.entity.js';

export class TeamDto {
  @Id({ description: 'The id.', example: 'a0000000-0000-4000-8000-000000000001' })
  id: string;

  @Text({ description: 'The name in addresses.', example: 'data-science' })
  slug: string;

  @Text({ description: 'The name for people.', example: 'Data science' })
  name: string;

  @Text({ description: 'What the team is for.', example: 'Everybody who trains models.', nullable: true })
  description: string | null;

  @OneOf(['local', 'directory'], { description: 'Who keeps it: people here, or a directory.', example: 'local' })
  source: string;

  @OneOf(TEAM_ROLES, {
    description: 'What you are in it; null when you see it as an administrator only.',
    example: 'member',
    nullable: true,
  })
  role: string | null;

  @Int({ description: 'How many people are in it.', example: 7 })
  memberCount: number;

  @Texts({ description: "The models that the team's keys may call, unless `allModels`.", example: ['gpt-4o-mini'] })
  allowedModels: string[];

  @Flag({ description: "Whether the team's keys may call every model.", example: false })
  allModels: boolean;

  @MaxBudget('answer')
  maxBudget: bigint | null;

  @SoftBudget('answer')
  softBudget: bigint | null;

  @BudgetDuration('answer')
  budgetDuration: string | null;

  @Spend()
  spend: bigint | null;

  @BudgetResetAt()
  budgetResetAt: Date | null;

  @RpmLimit('answer')
  rpmLimit: number | null;

  @TpmLimit('answer')
  tpmLimit: number | null;

  @Instant({ description: 'When it was made.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;

  @Instant({ description: 'When it was changed last.', example: '2026-11-20T06:23:16.000Z' })
  updatedAt: Date;
}
