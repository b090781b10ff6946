import { BytePairs, MAX_CHARS } from './byte.pairs.js';
import { PromptPieces } from './prompt.pieces.js';
import { loadTokenTables } from './token.tables.js';

/** What is counted exactly for one request, in UTF-8 bytes; of more, samples are counted and scaled up. */
const MAX_EXACT_BYTES = 200_000;
/** Samples of a long text, and how many of them while others wait to be counted. */
const SAMPLES = 200;
const SAMPLES_IN_A_HURRY = 20;
const MANY_WAITING = 32;
/** Where a window may be shortened to end before a space, so that no word of ordinary text is cut. */
const WINDOW_SLACK = 64;
/** Texts that take no longer than a millisecond or two are counted at once; longer ones wait for each other. */
const SMALL_CHARS = 16_384;
/** How long the process may be kept from everything else. */
const STRETCH_MS = 8;
const BYTES_PER_TOKEN = 4;
const RETRY_MS = 60_000;
/** Of scripts whose characters take several bytes. */
const DENSE_BYTES_PER_TOKEN = 3;

/**
 * Counts tokens locally with o200k_base, the tables of the GPT-4o to GPT-5 families; for other models it is an estimate.
 *
 * The tables are loaded once, at first use. A count is bounded: 200 kB of prose take about 5 ms, the worst text of that
 * size well under 200 ms, and the process goes on with other things every {@link STRETCH_MS} ms.
 */
export class TokenCounter {
  private static loading: Promise<TokenCounter> | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  private constructor(
    private readonly countWindow: (text: string) => number,
    /** Whether there are tables to count with; otherwise everything is estimated. */
    readonly hasTables: boolean,
  ) {}

  /**
   * The counter of this process.
   *
   * @param read where the tables come from. Where they cannot be read, it is tried again a minute later, and estimated until then
   */
  static load(read = loadTokenTables): Promise<TokenCounter> {
    TokenCounter.loading ??= read().then(
      (tables) => {
        const pairs = new BytePairs(tables);
        return new TokenCounter((text) => pairs.count(text), true);
      },
      () => {
        setTimeout(() => (TokenCounter.loading = undefined), RETRY_MS).unref();
        return new TokenCounter((text) => TokenCounter.estimate(Buffer.byteLength(text), text.length), false);
      },
    );
    return TokenCounter.loading;
  }

  /**
   * A quick guess without the tables: four bytes a token, or three in a script whose characters take several. Dense text
   * can have more tokens than that.
   *
   * @param chars length of the text in UTF-16 units, which tells such a script; left out where there is none at hand
   */
  static estimate(bytes: number, chars = bytes): number {
    return Math.ceil(bytes / (bytes > chars * 1.2 ? DENSE_BYTES_PER_TOKEN : BYTES_PER_TOKEN));
  }

  /** @param chars length of the whole, in UTF-16 units, where the text is no more than a sample of it */
  async countText(text: string, chars = text.length): Promise<number> {
    if (text === '') return TokenCounter.estimate(chars);
    const tokens = await this.countAll([text]);
    return chars <= text.length ? tokens : Math.ceil((tokens * chars) / text.length);
  }

  /** Prompt tokens of a request body as {@link PromptPieces} takes it apart. */
  async countRequest(json: Record<string, unknown>): Promise<number> {
    const { texts, tokens } = new PromptPieces(json);
    return tokens + (await this.countAll(texts));
  }

  private async countAll(texts: readonly string[]): Promise<number> {
    const chars = texts.reduce((sum, text) => sum + text.length, 0);
    if (chars <= SMALL_CHARS) return texts.reduce((sum, text) => sum + this.countNow(text), 0);
    const before = this.turn;
    this.waiting += 1;
    const counting = before.then(() => this.countLong(texts, chars));
    this.turn = counting.catch(() => undefined);
    try {
      return await counting;
    } finally {
      this.waiting -= 1;
    }
  }

  private async countLong(texts: readonly string[], chars: number): Promise<number> {
    const stretch = new Stretch();
    if (this.waiting > MANY_WAITING) return this.sample(texts, chars, SAMPLES_IN_A_HURRY, stretch);
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (bytes > MAX_EXACT_BYTES) return this.sample(texts, chars, SAMPLES, stretch);
    let total = 0;
    // What repeats itself without a break takes longest, and is the same window over and over.
    let [window, tokens] = ['', 0];
    for (const text of texts) {
      for (let start = 0; start < text.length;) {
        const end = windowEnd(text, start);
        const next = text.slice(start, end);
        if (next !== window) [window, tokens] = [next, this.countWindow(next)];
        total += tokens;
        start = end;
        if (stretch.isOver) await stretch.rest();
      }
    }
    return total;
  }

  /** Windows all over the text, at places that nobody can know before: whoever did could write what counts for little there. */
  private async sample(texts: readonly string[], chars: number, samples: number, stretch: Stretch): Promise<number> {
    const stride = chars / samples;
    let [tokens, seen, index, base] = [0, 0, 0, 0];
    for (let k = 0; k < samples; k += 1) {
      const place = Math.floor(k * stride + Math.random() * Math.max(0, stride - MAX_CHARS));
      let text = texts[index] ?? '';
      while (index < texts.length - 1 && place >= base + text.length) {
        base += text.length;
        index += 1;
        text = texts[index] ?? '';
      }
      const window = text.slice(place - base, place - base + MAX_CHARS);
      tokens += this.countWindow(window);
      seen += window.length;
      if (stretch.isOver) await stretch.rest();
    }
    return Math.ceil((tokens * chars) / Math.max(1, seen));
  }

  private countNow(text: string): number {
    let total = 0;
    for (let start = 0; start < text.length;) {
      const end = windowEnd(text, start);
      total += this.countWindow(text.slice(start, end));
      start = end;
    }
    return total;
  }
}

/** A piece of work that lets others have a turn. */
class Stretch {
  private startedAt = performance.now();

  get isOver(): boolean {
    return performance.now() - this.startedAt > STRETCH_MS;
  }

  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.startedAt = performance.now();
  }
}

function windowEnd(text: string, start: number): number {
  const end = start + MAX_CHARS;
  if (end >= text.length) {
    return text.length;
  }
  const space = text.lastIndexOf(' ', end);
  if (space > end - WINDOW_SLACK) {
    return space;
  }
  // Never between the halves of a surrogate pair.
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
