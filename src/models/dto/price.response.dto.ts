import { Flag, Id, Instant, Int, Nested, OneOf, Text, Usd } from '#libs/http';
import type { Price } from '#libs/kernel';
import type { KeptPrice } from '../prices/price.row.js';

const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';
const SOURCES = ['upstream', 'list', 'default', 'admin'];
const SOURCE =
  'Who says so: the provider, the list of public prices, the configured default because nobody else does, or an administrator.';

/** What a call costs when its prompt is long. */
export class LongContextDto {
  @Int({ description: 'These prices hold for prompts of more tokens than this.', example: 200_000, min: 1 })
  aboveTokens: number;

  @Usd({ description: 'For a token of the prompt.', example: '0.0000025' })
  inputCost: bigint;

  @Usd({ description: 'For a token of the answer.', example: '0.000015' })
  outputCost: bigint;

  @Usd({ description: 'For a token from the cache; null: like other input.', example: null, nullable: true })
  cachedInputCost: bigint | null;

  @Usd({ description: 'For a token written to the cache; null: like other input.', example: null, nullable: true })
  cacheWriteCost: bigint | null;
}

/** What the units of a call cost. */
export class UnitCostsDto {
  @Usd({ description: 'For a token of the prompt.', example: '0.0000025' })
  inputCost: bigint;

  @Usd({ description: 'For a token of the answer.', example: '0.00001' })
  outputCost: bigint;

  @Usd({
    description: 'For a token of the prompt that the provider found in its cache; null when it is no cheaper.',
    example: '0.00000125',
    nullable: true,
  })
  cachedInputCost: bigint | null;

  @Usd({
    description: 'For a token of the prompt that the provider wrote to its cache; null: like other input.',
    example: null,
    nullable: true,
  })
  cacheWriteCost: bigint | null;

  @Usd({ description: 'For a token of reasoning; null: like other output.', example: null, nullable: true })
  reasoningCost: bigint | null;

  @Usd({ description: 'For a token of sound in the prompt; null: like other input.', example: null, nullable: true })
  audioInputCost: bigint | null;

  @Usd({ description: 'For a token of sound in the answer; null: like other output.', example: null, nullable: true })
  audioOutputCost: bigint | null;

  @Usd({ description: 'For a token of a picture in the prompt; null: like text.', example: null, nullable: true })
  imageInputCost: bigint | null;

  @Usd({ description: 'For a token of a picture in the answer; null: like text.', example: null, nullable: true })
  imageOutputCost: bigint | null;

  @Usd({ description: 'For a picture that was made; null: nothing.', example: null, nullable: true })
  imageCost: bigint | null;

  @Usd({ description: 'For the call itself; null: nothing.', example: null, nullable: true })
  requestCost: bigint | null;

  @Usd({ description: 'For a second of sound; null: nothing.', example: null, nullable: true })
  secondCost: bigint | null;

  @Usd({ description: 'For a character that was spoken; null: nothing.', example: null, nullable: true })
  characterCost: bigint | null;

  @Usd({ description: 'For a search, or a document ranked; null: nothing.', example: null, nullable: true })
  searchCost: bigint | null;

  @Nested(() => LongContextDto, { description: 'Dearer prices of long prompts; null: there are none.', nullable: true })
  longContext: LongContextDto | null;
}

/** What a model costs. */
export class ModelPricingDto extends UnitCostsDto {
  @Id({ description: 'The price; a usage event names the one that it was rated with.', example: ID })
  priceId: string;

  @Instant({ description: 'Since when.', example: '2026-11-20T09:30:00.000Z' })
  validFrom: Date;

  @OneOf(['USD'], { description: 'The currency.', example: 'USD' })
  currency: string;

  @OneOf(['token'], { description: 'What the prices are for, unless they say otherwise.', example: 'token' })
  unit: string;

  @OneOf(SOURCES, { description: SOURCE, example: 'upstream' })
  source: string;
}

/** One price in the history of a model. */
export class PriceDto extends UnitCostsDto {
  @Id({ description: 'The id.', example: ID })
  id: string;

  @Text({ description: 'The model.', example: 'gpt-4o' })
  modelId: string;

  @Instant({ description: 'The moment from which it holds.', example: '2026-11-20T09:30:00.000Z' })
  validFrom: Date;

  @Instant({ description: 'When it was taken back; null when it was not.', example: null, nullable: true })
  validUntil: Date | null;

  @Flag({ description: 'Whether it is the price at this moment.', example: true })
  inForce: boolean;

  @OneOf(SOURCES, { description: SOURCE, example: 'admin' })
  source: string;

  @Text({ description: 'Why it is what it is.', example: 'Negotiated for 2027.', nullable: true })
  sourceNote: string | null;

  @Text({ description: 'Where it can be read.', example: 'https://example.com/pricing', nullable: true })
  sourceUrl: string | null;

  @Text({ description: 'The day on which it was read there.', example: '2026-11-20', nullable: true })
  sourceDate: string | null;

  @Id({ description: 'Who set it; null when nobody did.', example: ID, nullable: true })
  createdBy: string | null;

  @Instant({ description: 'When it was set.', example: '2026-11-20T09:30:00.000Z' })
  createdAt: Date;
}

/** A price as the catalogue shows it. */
export function pricingOf(price: Price): ModelPricingDto {
  const { priceId, validFrom, source } = price;
  return { ...unitCostsOf(price), priceId, validFrom, source, currency: 'USD', unit: 'token' };
}

/** A price as the history shows it. */
export function priceShown(price: KeptPrice, inForce: boolean): PriceDto {
  const { modelId, validFrom, validUntil, source, sourceNote, sourceUrl, sourceDate, createdBy, createdAt } = price;
  const facts = { modelId, validFrom, validUntil, source, sourceNote, sourceUrl, sourceDate, createdBy, createdAt };
  return { id: price.priceId, inForce, ...unitCostsOf(price), ...facts };
}

type UnitCosts = { readonly [Field in keyof UnitCostsDto]: UnitCostsDto[Field] };

function unitCostsOf(price: Price): UnitCosts {
  const { longContext } = price;
  return {
    inputCost: price.input,
    outputCost: price.output,
    cachedInputCost: price.cachedRead,
    cacheWriteCost: price.cacheWrite,
    reasoningCost: price.reasoning,
    audioInputCost: price.audioInput,
    audioOutputCost: price.audioOutput,
    imageInputCost: price.imageInput,
    imageOutputCost: price.imageOutput,
    imageCost: price.perImage,
    requestCost: price.perRequest,
    secondCost: price.perSecond,
    characterCost: price.perCharacter,
    searchCost: price.perSearch,
    longContext: longContext && {
      aboveTokens: longContext.aboveTokens,
      inputCost: longContext.input,
      outputCost: longContext.output,
      cachedInputCost: longContext.cachedRead,
      cacheWriteCost: longContext.cacheWrite,
    },
  };
}
