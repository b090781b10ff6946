import { choice, defineConfig, text } from '#libs/config';
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
    unknownPricePolicy: choice('UNKNOWN_PRICE_POLICY', ['default', 'refuse'], {
      default: 'default',
      description:
        'What happens to a model whose price nobody states: it costs DEFAULT_PRICE_PER_MILLION_TOKENS, or it cannot be called.',
    }),
    priceList: text('PRICE_LIST_FILE', {
      default: 'data/prices.json',
      description:
        'The list of public prices for models whose provider states none; relative to where the process was started. It is read again with every synchronisation of the catalogue; one that is broken is not used, and the last good one stays.',
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
