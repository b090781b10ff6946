import { defineConfig, flag, integer } from '#libs/config';

/** A million dollars. */
const MOST_CREDITS = 1_000_000_000_000;

export const balanceConfig = defineConfig('balance', 'Prepaid balance', {
  enabled: flag('BALANCE_ENABLED', {
    default: false,
    description:
      'Calls are paid from what was credited to their owner before, beside every other budget. Who has no balance is refused.',
  }),
  startCredits: integer('START_BALANCE_CREDITS', {
    default: 0,
    min: 0,
    max: MOST_CREDITS,
    description:
      'What a new person begins with, in credits (a million are a US dollar). 0: nothing, and no balance. Whoever is there already is not topped up.',
  }),
  refillCredits: integer('BALANCE_REFILL_CREDITS', {
    default: 0,
    min: 0,
    max: MOST_CREDITS,
    description: 'What is credited by itself when a balance cannot pay a call. 0: nothing is.',
  }),
  refillIntervalSeconds: integer('BALANCE_REFILL_INTERVAL_SECONDS', {
    default: 2_592_000,
    min: 1,
    max: 315_360_000,
    description: 'How long after a refill, or after the balance was opened, the next one may come.',
  }),
});
