import { usdToPico } from '#libs/kernel';
import type { Pico, UnitPrices } from '#libs/kernel';

/** One model as a provider lists it. What a provider does not say is absent, never guessed. */
export interface UpstreamModel {
  /** The name that the provider's catalogue gives it, and that callers may write. */
  name: string;
  /** The name to send upstream. */
  upstreamName: string;
  /** Who made or runs the model: `openai`, `anthropic`, `meta-llama`. */
  vendor?: string;
  description?: string;
  /** Tokens. */
  contextLength?: number;
  /** Tokens. */
  maxOutputTokens?: number;
  /** Pico-dollars a token. */
  inputPrice?: Pico;
  outputPrice?: Pico;
  cachedInputPrice?: Pico;
  /** What else it states, in pico-dollars a unit. */
  otherPrices?: Partial<Omit<UnitPrices, 'input' | 'output' | 'cachedRead'>>;
  supportsVision: boolean;
  supportsTools: boolean;
  supportsStreaming: boolean;
  supportsEmbeddings: boolean;
}

/**
 * A price in dollars a token, as a JSON number or as a decimal string. The number's shortest decimal text is taken, so
 * `1.5e-07` is exactly 150 000 pico-dollars. Digits finer than a pico-dollar are float noise (`1.0000000000000001e-07`)
 * and are rounded to the nearest; negative prices (OpenRouter's "varies") and what would round to free are absent.
 */
export function priceOf(value: unknown): Pico | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const amount = Number(text);
  if (text.trim() === '' || !Number.isFinite(amount) || amount < 0 || amount >= MAX_USD_PER_TOKEN) {
    return undefined;
  }
  const pico = toPico(text) ?? toPico(amount.toFixed(12));
  return pico === 0n && amount > 0 ? undefined : pico;
}

/** A dollar a token is thousands of times the dearest model; more is a mistake in units. */
const MAX_USD_PER_TOKEN = 1;

/** A positive whole number of tokens; some catalogues send it as text. */
export function tokensOf(...candidates: unknown[]): number | undefined {
  return candidates.map(Number).find((value, i) => candidates[i] !== null && Number.isSafeInteger(value) && value > 0);
}

/** A non-empty string. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function toPico(decimal: string): Pico | undefined {
  try {
    return usdToPico(decimal);
  } catch {
    return undefined;
  }
}
