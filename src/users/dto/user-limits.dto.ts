import { Id } from '#libs/http';
import { BudgetDuration, BudgetResetAt, MaxBudget, RpmLimit, SoftBudget, Spend, TpmLimit } from '#libs/limits';

/** What a person may spend and call from now on; what is left out stays. */
export class UpdateUserLimitsDto {
  @MaxBudget('wish')
  maxBudget?: string | null;

  @BudgetDuration('wish')
  budgetDuration?: string | null;

  @SoftBudget('wish')
  softBudget?: string | null;

  @RpmLimit('wish')
  rpmLimit?: number | null;

  @TpmLimit('wish')
  tpmLimit?: number | null;
}

/** What a person may spend and call, over all their API keys. */
export class UserLimitsDto {
  @Id({ description: 'The person.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  userId: string;

  @MaxBudget('answer')
  maxBudget: bigint | null;

  @BudgetDuration('answer')
  budgetDuration: string | null;

  @SoftBudget('answer')
  softBudget: bigint | null;

  @Spend()
  spend: bigint | null;

  @BudgetResetAt()
  budgetResetAt: Date | null;

  @RpmLimit('answer')
  rpmLimit: number | null;

  @TpmLimit('answer')
  tpmLimit: number | null;
}
