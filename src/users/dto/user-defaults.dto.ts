import { BudgetDuration, MaxBudget, RpmLimit, TpmLimit } from '#libs/limits';

/** What new people may spend and call; what is left out is null: no limit. */
export class SetUserDefaultsDto {
  @MaxBudget('wish')
  maxBudget?: string | null;

  @BudgetDuration('wish')
  budgetDuration?: string | null;

  @RpmLimit('wish')
  rpmLimit?: number | null;

  @TpmLimit('wish')
  tpmLimit?: number | null;
}

/** What new people may spend and call. */
export class UserDefaultsDto {
  @MaxBudget('answer')
  maxBudget: string | null;

  @BudgetDuration('answer')
  budgetDuration: string | null;

  @RpmLimit('answer')
  rpmLimit: number | null;

  @TpmLimit('answer')
  tpmLimit: number | null;
}
