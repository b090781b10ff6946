import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { type DateBounds, timeRange } from '#libs/http';
import { type CursorPage, idTimestamp, type Pico, picoToCredits, type Price } from '#libs/kernel';
import { PriceHistory } from '../price.history.js';
import { rate } from '../rating.js';
import { type Movement, type PaidCall, TransactionsRepository } from './transactions.repository.js';

/** Which of the own transactions, and from where on. */
export interface TransactionsQuestion extends DateBounds {
  readonly type?: string;
  readonly cursor?: string;
  readonly limit: number;
}

/** One movement of a balance, as its owner sees it. */
export interface BalanceTransaction extends Omit<Movement, 'call'> {
  /** The amount as a decimal of credits. */
  readonly credits: string;
  readonly promptCredits: string | null;
  readonly completionCredits: string | null;
  readonly modelId: string | null;
  readonly requestId: string | null;
}

type PriceAt = (modelId: string, moment: Date) => Price | undefined;

/** Lists what moved a balance, and what each side of a call took of it. */
@Injectable()
export class BalanceTransactions {
  constructor(
    private readonly transactions: TransactionsRepository,
    private readonly history: PriceHistory,
  ) {}

  /** The actor's own, newest first. The amounts of all of them add up to the balance. */
  async list(actor: Principal, question: TransactionsQuestion): Promise<CursorPage<BalanceTransaction>> {
    const { type, cursor, limit, startDate, endDate } = question;
    const filter = { userId: personOf(actor).userId, type, ...timeRange({ startDate, endDate }) };
    const found = await this.transactions.find(filter, { cursor, limit: limit + 1 });
    const movements = found.slice(0, limit);
    const priceAt = await this.history.priceAt([...new Set(movements.flatMap(({ call }) => call?.modelId ?? []))]);
    return {
      items: movements.map((movement) => shown(movement, priceAt)),
      limit,
      nextCursor: found.length > limit ? (movements.at(-1)?.id ?? null) : null,
    };
  }
}

function shown({ call, ...movement }: Movement, priceAt: PriceAt): BalanceTransaction {
  const prompt = call && promptPart(movement, call, priceAt);
  return {
    ...movement,
    credits: picoToCredits(movement.amount),
    promptCredits: prompt === null ? null : picoToCredits(prompt),
    completionCredits: prompt === null ? null : picoToCredits(movement.amount - prompt),
    modelId: call?.modelId ?? null,
    requestId: call?.requestId ?? null,
  };
}

/**
 * What the prompt took, negative. The rest is the answer's, with whatever is not priced by tokens, so that both
 * always add up. Null where the price is not the one that the call was rated with.
 */
function promptPart({ id, amount }: Pick<Movement, 'id' | 'amount'>, call: PaidCall, priceAt: PriceAt): Pico | null {
  const price = priceAt(call.modelId, new Date(idTimestamp(id)));
  if (!price || price.priceId !== call.priceId) return null;
  const { input, cachedRead, cacheWrite, audioInput, imageInput } = rate(price, call).parts;
  const prompt = -(input + cachedRead + cacheWrite + audioInput + imageInput);
  return prompt < amount ? amount : prompt;
}
