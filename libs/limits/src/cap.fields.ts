import { Instant, Int, Text, Usd } from '#libs/http';
import { CAP_PERIOD } from './spending-caps.js';

/** Whether a field is asked for, and may then be left out, or is part of an answer. */
type Place = 'wish' | 'answer';

const MOST_A_MINUTE = 2_147_483_647;

const presence = (place: Place): { optional: boolean; nullable: boolean } => ({
  optional: place === 'wish',
  nullable: true,
});

/** The most that may be spent in a period. */
export function MaxBudget(place: Place): PropertyDecorator {
  return Usd({
    description:
      'The most that may be spent in a period, in US dollars; a call that could cost more is refused. Null: no cap.',
    example: '25',
    ...presence(place),
  });
}

/** The spending at which somebody is told. */
export function SoftBudget(place: Place): PropertyDecorator {
  return Usd({
    description: 'Spending in a period at which administrators are told, once; calls go on. Null: none.',
    example: '20',
    ...presence(place),
  });
}

/** How long a budget has to last. */
export function BudgetDuration(place: Place): PropertyDecorator {
  return Text({
    description:
      '`daily`, `weekly`, `monthly` or `yearly` (calendar periods, UTC), or a length: `30s`, `15m`, `12h`, `30d`, `1mo`. Null: for the whole life.',
    example: 'monthly',
    pattern: CAP_PERIOD,
    rule: 'must be daily, weekly, monthly, yearly, or a number with s, m, h, d or mo',
    ...presence(place),
  });
}

/** What was spent in the period that holds now. */
export function Spend(): PropertyDecorator {
  return Usd({
    description: 'Spent in the present period, in US dollars; null where there is no budget.',
    example: '3.1',
    nullable: true,
  });
}

/** When spending begins anew. */
export function BudgetResetAt(): PropertyDecorator {
  return Instant({
    description: 'When the present period ends; null for never.',
    example: '2026-12-01T00:00:00.000Z',
    nullable: true,
  });
}

/** Calls a minute. */
export function RpmLimit(place: Place): PropertyDecorator {
  return Int({
    description: 'Calls a minute, over all replicas. Null: as many as one likes.',
    min: 1,
    max: MOST_A_MINUTE,
    example: 60,
    ...presence(place),
  });
}

/** Tokens a minute. */
export function TpmLimit(place: Place): PropertyDecorator {
  return Int({
    description:
      'Tokens a minute, prompts and answers together. A call is let through while anything is left, and counted by what it used. Null: as many as one likes.',
    min: 1,
    max: MOST_A_MINUTE,
    example: 100_000,
    ...presence(place),
  });
}
