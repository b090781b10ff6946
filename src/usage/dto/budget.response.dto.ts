import { Instant, Usd } from '#libs/http';
import { BudgetDuration, MaxBudget, Spend } from '#libs/limits';

/** What a person may spend, and what is left of it. */
export class BudgetDto {
  @MaxBudget('answer')
  maxBudget: bigint | null;

  @BudgetDuration('answer')
  budgetDuration: string | null;

  @Spend()
  spend: bigint | null;

  @Usd({ description: 'What is left in the present period, in US dollars; null without a cap.', nullable: true })
  remaining: bigint | null;

  @Instant({
    description: 'When spending begins anew; null for never.',
    example: '2026-12-01T00:00:00.000Z',
    nullable: true,
  })
  resetAt: Date | null;
}
