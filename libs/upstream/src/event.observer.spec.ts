import { SseObserver } from './sse.observer.js';
import { TokenCounter } from './token.counter.js';

const event = (json: unknown): Buffer => Buffer.from(`data: ${JSON.stringify(json)}\n\n`);
const text = (content: string): Buffer => event({ choices: [{ delta: { content } }] });
const reported = (prompt_tokens: number, completion_tokens: number, choices: unknown[] = []): Buffer =>
  event({ choices, usage: { prompt_tokens, completion_tokens, prompt_tokens_details: { cached_tokens: 2 } } });

function observe(...events: Buffer[]): SseObserver {
  const observer = new SseObserver();
  for (const bytes of events) observer.push(bytes);
  return observer;
}

describe('EventObserver', () => {
  it('takes no more than the prompt from a usage that much text followed', () => {
    const early = [reported(5, 0), text('word '.repeat(20_000))];
    const observer = observe(...early);
    expect(observer.usage).toBeUndefined();
    const prompt = { promptTokens: 5, completionTokens: 0, cachedTokens: 2, cacheWriteTokens: 0, reasoningTokens: 0 };
    expect(observer.prompt).toEqual(prompt);
    const end = event({ choices: [{ delta: {}, finish_reason: 'stop' }] });
    expect(observe(...early, end, Buffer.from('data: [DONE]\n\n'))).toMatchObject({ usage: undefined, whole: true });
    expect(observe(...early, reported(5, 20_000))).toMatchObject({ usage: { completionTokens: 20_000 } });
    expect(observe(reported(0, 0), text('word '.repeat(20)))).toMatchObject({ usage: undefined, prompt: undefined });
  });

  it('believes a running usage that is a few words behind', () => {
    const observer = observe(text('word '.repeat(1_000)), reported(5, 0), text('and a few words'));
    expect(observer).toMatchObject({ usage: { promptTokens: 5, completionTokens: 0 }, prompt: undefined });
    const choices = [{ delta: { content: 'word '.repeat(1_000) } }];
    expect(observe(reported(5, 0, choices))).toMatchObject({ usage: { completionTokens: 0 } });
  });

  it('does not give up a usage that says more than could be counted', () => {
    const observer = observe(text('word '), reported(5, 500), text('word '.repeat(700)));
    expect(observer).toMatchObject({ usage: { completionTokens: 500 } });
  });

  it('keeps at most 64 KiB of a text for counting, and counts all of it', async () => {
    const counter = await TokenCounter.load();
    const words = Array.from({ length: 3_000 }, (_, n) => `word${n} `.repeat((n % 7) + 1)).join('');
    const short = observe(text(words.slice(0, 60_000))).said;
    expect(short.text).toBe(words.slice(0, 60_000));
    const long = new SseObserver();
    for (let n = 0; n < 20; n += 1) long.push(text(words));
    expect(long.said.text.length).toBeLessThanOrEqual(65_536);
    expect(long.said.chars).toBe(20 * words.length);
    const counted = await counter.countText(long.said.text, long.said.chars);
    const exact = 20 * (await counter.countText(words));
    expect(Math.abs(counted / exact - 1)).toBeLessThan(0.1);
  });

  it('reads a field without a colon as one without a value', () => {
    const observer = new SseObserver();
    observer.push(Buffer.from('\n\r\n:\n\n:data\n\nevent: data\n\nid: 1\n\ndat\n\n'));
    expect(observer.events).toBe(0);
    observer.push(Buffer.from('data\n\n'));
    expect(observer.events).toBe(1);
    observer.push(Buffer.from('data'));
    observer.end();
    expect(observer.events).toBe(2);
  });

  it('spends next to no time on events without data', () => {
    const observer = new SseObserver();
    const input = ['\n', ':\n\n'].map((nothing) => Buffer.from(nothing.repeat((4 * 1_024 * 1_024) / nothing.length)));
    const before = performance.now();
    for (const bytes of input) expect(observer.push(bytes)).toBe(bytes);
    // A third of a second; to read each as a text takes ten times that.
    expect(performance.now() - before).toBeLessThan(1_500);
    expect(observer.events).toBe(0);
  });
});
