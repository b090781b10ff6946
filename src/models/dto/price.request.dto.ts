import { Flag, Id, Instant, Int, Nested, Text, Usd } from '#libs/http';
import { type Pico, type UnitPrices, usdToPico } from '#libs/kernel';
import { ModelParamDto } from './model.request.dto.js';

const LIKE_INPUT = 'Left out: like other input.';
const LIKE_OUTPUT = 'Left out: like other output.';
const NOTHING = 'Left out: nothing.';

/** The dearer prices of long prompts. */
export class SetLongContextDto {
  @Int({ description: 'They hold for prompts of more tokens than this.', example: 200_000, min: 1, max: 100_000_000 })
  aboveTokens: number;

  @Usd({ description: 'For a token of the prompt.', example: '0.0000025' })
  inputCost: string;

  @Usd({ description: 'For a token of the answer.', example: '0.000015' })
  outputCost: string;

  @Usd({ description: `For a token from the cache. ${LIKE_INPUT}`, example: '0.00000025', optional: true })
  cachedInputCost?: string;

  @Usd({ description: `For a token written to the cache. ${LIKE_INPUT}`, example: '0.000003', optional: true })
  cacheWriteCost?: string;
}

/** A new price of a model, in US dollars for one unit each. */
export class SetPriceDto {
  @Usd({ description: 'For a token of the prompt.', example: '0.0000025' })
  inputCost: string;

  @Usd({ description: 'For a token of the answer.', example: '0.00001' })
  outputCost: string;

  @Usd({ description: `For a token from the cache. ${LIKE_INPUT}`, example: '0.00000125', optional: true })
  cachedInputCost?: string;

  @Usd({ description: `For a token written to the cache. ${LIKE_INPUT}`, example: '0.000003', optional: true })
  cacheWriteCost?: string;

  @Usd({ description: `For a token of reasoning. ${LIKE_OUTPUT}`, example: '0.00001', optional: true })
  reasoningCost?: string;

  @Usd({ description: `For a token of sound in the prompt. ${LIKE_INPUT}`, example: '0.00004', optional: true })
  audioInputCost?: string;

  @Usd({ description: `For a token of sound in the answer. ${LIKE_OUTPUT}`, example: '0.00008', optional: true })
  audioOutputCost?: string;

  @Usd({ description: `For a token of a picture in the prompt. ${LIKE_INPUT}`, example: '0.00001', optional: true })
  imageInputCost?: string;

  @Usd({ description: `For a token of a picture in the answer. ${LIKE_OUTPUT}`, example: '0.00004', optional: true })
  imageOutputCost?: string;

  @Usd({ description: `For a picture that is made. ${NOTHING}`, example: '0.04', optional: true })
  imageCost?: string;

  @Usd({ description: `For the call itself. ${NOTHING}`, example: '0.001', optional: true })
  requestCost?: string;

  @Usd({ description: `For a second of sound, begun ones included. ${NOTHING}`, example: '0.0001', optional: true })
  secondCost?: string;

  @Usd({ description: `For a character that is spoken. ${NOTHING}`, example: '0.000015', optional: true })
  characterCost?: string;

  @Usd({ description: `For a search, or a document that is ranked. ${NOTHING}`, example: '0.01', optional: true })
  searchCost?: string;

  @Nested(() => SetLongContextDto, { description: 'Dearer prices of long prompts. Left out: none.', optional: true })
  longContext?: SetLongContextDto;

  @Instant({
    description: 'The moment from which it holds. Left out: now.',
    example: '2027-01-01T00:00:00Z',
    optional: true,
  })
  validFrom?: string;

  @Text({ description: 'Why it is what it is.', example: 'Negotiated for 2027.', max: 500, optional: true })
  note?: string;

  @Text({
    description: 'Where it can be read.',
    example: 'https://example.com/pricing',
    max: 500,
    pattern: /^https?:\/\/\S+$/,
    rule: 'must be an address that starts with http:// or https://',
    optional: true,
  })
  url?: string;

  @Flag({ description: 'Yes, ten times or a tenth of the price is meant.', example: false, optional: true })
  confirm?: boolean;
}

/** A price of a model in an address. */
export class PriceParamDto extends ModelParamDto {
  @Id({ description: 'The price.' })
  priceId: string;
}

/** The pico-dollars of what was asked for. */
export function pricesAskedFor(asked: SetPriceDto): UnitPrices {
  const tier = asked.longContext;
  return {
    input: usdToPico(asked.inputCost),
    cachedRead: pico(asked.cachedInputCost),
    cacheWrite: pico(asked.cacheWriteCost),
    output: usdToPico(asked.outputCost),
    reasoning: pico(asked.reasoningCost),
    audioInput: pico(asked.audioInputCost),
    audioOutput: pico(asked.audioOutputCost),
    imageInput: pico(asked.imageInputCost),
    imageOutput: pico(asked.imageOutputCost),
    perImage: pico(asked.imageCost),
    perRequest: pico(asked.requestCost),
    perSecond: pico(asked.secondCost),
    perCharacter: pico(asked.characterCost),
    perSearch: pico(asked.searchCost),
    longContext: tier
      ? {
          aboveTokens: tier.aboveTokens,
          input: usdToPico(tier.inputCost),
          output: usdToPico(tier.outputCost),
          cachedRead: pico(tier.cachedInputCost),
          cacheWrite: pico(tier.cacheWriteCost),
        }
      : null,
  };
}

function pico(usd: string | undefined): Pico | null {
  return usd === undefined ? null : usdToPico(usd);
}
