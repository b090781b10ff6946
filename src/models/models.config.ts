import { defineConfig, text } from '#libs/config';
import { type Pico, usdToPico } from '#libs/kernel';

const MILLION = 1_000_000n;

export const modelsConfig = defineConfig(
  'models',
  'Models',
  {
    defaultPrice: text('DEFAULT_PRICE_PER_MILLION_TOKENS', {
      default: '6',
      description:
        'US dollars for a million tokens, in and out, of a model whose provider states no price. Too high is safer than too low.',
    }),
  },
  ({ defaultPrice }) =>
    pricePerToken(defaultPrice) === undefined
      ? [
          {
            variable: 'DEFAULT_PRICE_PER_MILLION_TOKENS',
            rule: 'must be an amount of US dollars from 0 to 1000000, with at most 6 decimals',
          },
        ]
      : [],
);

/** Pico-dollars a token, from dollars for a million tokens; undefined when the text is no such price. */
export function pricePerToken(usdPerMillion: string): Pico | undefined {
  if (!/^\d{1,7}(\.\d{1,6})?$/.test(usdPerMillion)) return undefined;
  const price = usdToPico(usdPerMillion) / MILLION;
  return price <= MILLION * MILLION ? price : undefined;
}
