import fc from 'fast-check';
import { SseObserver } from './sse.observer.js';

const event = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`;
const delta = (content: string) =>
  event({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: null }], usage: null });
const usage = event({ id: 'c', choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } });
const DONE = 'data: [DONE]\n\n';
const answer =
  delta('Hé') + delta('"l\nlo" 🌍') + event({ choices: [{ delta: {}, finish_reason: 'stop' }] }) + usage + DONE;

function observe(observer: SseObserver, chunks: Buffer[]): { sent: Buffer; held: Buffer } {
  const sent = Buffer.concat(chunks.map((chunk) => observer.push(chunk) ?? Buffer.alloc(0)));
  return { sent, held: observer.end() ?? Buffer.alloc(0) };
}

function cut(bytes: Buffer, places: number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

describe('SseObserver', () => {
  it('learns usage, text and end, and holds back the closing events', () => {
    const observer = new SseObserver();
    const { sent, held } = observe(observer, [Buffer.from(answer)]);
    expect(observer).toMatchObject({ done: true, finishReason: 'stop', events: 5, malformedEvents: 0 });
    expect(observer.usage).toMatchObject({ promptTokens: 7, completionTokens: 3 });
    expect(observer.said.text).toBe('Hé"l\nlo" 🌍');
    expect(held.toString()).toBe(usage + DONE);
    expect(sent.toString() + held.toString()).toBe(answer);
  });

  it('never changes, loses or reorders a byte and reads the same, however the stream is cut', () => {
    const styles = fc.constantFrom(
      answer,
      answer.replaceAll('\n', '\r\n'),
      answer.replaceAll('\n', '\r'),
      `\uFEFF:hi\n\n${answer}`,
    );
    fc.assert(
      fc.property(styles, fc.array(fc.nat(2000), { maxLength: 30 }), (text, places) => {
        const bytes = Buffer.from(text);
        const observer = new SseObserver();
        const { sent, held } = observe(observer, cut(bytes, places));
        expect(Buffer.concat([sent, held]).equals(bytes)).toBe(true);
        expect(held.toString()).toContain('[DONE]');
        expect(observer.said.text).toBe('Hé"l\nlo" 🌍');
        expect(observer.usage?.promptTokens).toBe(7);
        expect(observer.done).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('drops the usage that the client did not ask for and nothing else, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 30 }), fc.boolean(), (places, isCrLf) => {
        const text = isCrLf ? answer.replaceAll('\n', '\r\n') : answer;
        const observer = new SseObserver({ dropUsage: true });
        const { sent, held } = observe(observer, cut(Buffer.from(text), places));
        const shown = text.replace(isCrLf ? usage.replaceAll('\n', '\r\n') : usage, '');
        expect(Buffer.concat([sent, held]).toString()).toBe(shown);
        expect(observer.usage?.promptTokens).toBe(7);
      }),
      { numRuns: 300 },
    );
  });

  it('drops it too where the stream ends without its last empty line', () => {
    const observer = new SseObserver({ dropUsage: true });
    const { sent, held } = observe(observer, [Buffer.from(delta('a')), Buffer.from(usage.trimEnd())]);
    expect(Buffer.concat([sent, held]).toString()).toBe(delta('a'));
    expect(observer.usage?.completionTokens).toBe(3);
  });

  it('passes any bytes through unchanged', () => {
    const bytes = fc.array(fc.constantFrom('\n', '\r', 'data: ', '{}', '[DONE]', 'é', ':', '\0'), { maxLength: 40 });
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(200)), (parts, places) => {
        const input = Buffer.from(parts.join(''));
        const { sent, held } = observe(new SseObserver({ maxEventBytes: 20, maxHeldBytes: 10 }), cut(input, places));
        expect(Buffer.concat([sent, held]).equals(input)).toBe(true);
      }),
    );
  });

  it('sends a complete event at once, as the very same buffer', () => {
    const chunk = Buffer.from(delta('a'));
    expect(new SseObserver().push(chunk)).toBe(chunk);
  });

  it('holds a comment back behind a closing event, and nowhere else', () => {
    const comment = Buffer.from(': still here\n\n');
    const observer = new SseObserver();
    expect(observer.push(comment)).toBe(comment);
    observer.push(Buffer.from(usage));
    expect(observer.push(comment)).toBeUndefined();
    expect(observer.end()?.toString()).toBe(`${usage}: still here\n\n`);
    const dropping = new SseObserver({ dropUsage: true });
    dropping.push(Buffer.from(usage));
    expect(dropping.push(comment)?.toString()).toBe(': still here\n\n');
  });

  it('lets go of a closing event when text follows it', () => {
    const observer = new SseObserver();
    expect(observer.push(Buffer.from(usage))).toBeUndefined();
    expect(observer.push(Buffer.from(delta('more')))?.toString()).toBe(usage + delta('more'));
  });

  const closing = event({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: { prompt_tokens: 7 } });

  it('holds a usage back that comes with the last choice, but not one that comes with every piece', () => {
    const observer = new SseObserver();
    const piece = event({ choices: [{ delta: { content: 'a' }, finish_reason: null }], usage: { prompt_tokens: 7 } });
    expect(observer.push(Buffer.from(piece))?.toString()).toBe(piece);
    expect(observer.push(Buffer.from(closing))).toBeUndefined();
    expect(observer.end()?.toString()).toBe(closing);
  });

  it('passes it on at once where the caller did not ask for it', () => {
    expect(new SseObserver({ dropUsage: true }).push(Buffer.from(closing))?.toString()).toBe(closing);
  });

  it('reads usage from a last event without its empty line', () => {
    const observer = new SseObserver();
    observer.push(Buffer.from(usage.trimEnd()));
    expect(observer.end()?.toString()).toBe(usage.trimEnd());
    expect(observer.usage?.completionTokens).toBe(3);
  });

  it('gathers tool arguments, reasoning and completions text', () => {
    const observer = new SseObserver();
    const call = { index: 0, function: { name: 'f', arguments: '{"a":1}' } };
    observer.push(Buffer.from(event({ choices: [{ delta: { tool_calls: [call] } }] })));
    observer.push(Buffer.from(event({ choices: [{ delta: { reasoning_content: 'hm', content: 'x' } }] })));
    observer.push(Buffer.from(event({ choices: [{ text: 'y' }] })));
    observer.push(Buffer.from(event({ choices: [{ delta: { content: 'p' } }, { delta: { content: 'q' } }] })));
    expect(observer.said.text).toBe('f{"a":1}xhmypq');
  });

  it.each([
    [{ function_call: { name: 'f', arguments: '{"a":1}' } }, 'f{"a":1}'],
    [{ tool_calls: [{ index: 0, id: 'call_1', type: 'custom', custom: { name: 'n', input: 'raw' } }] }, 'nraw'],
    [{ role: 'assistant', audio: { id: 'audio_1', transcript: 'spoken', data: 'UklGRg==' } }, 'spoken'],
    [
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'why' }] },
          { type: 'text', text: 'so' },
        ],
      },
      'whyso',
    ],
    [{ content: 'x', reasoning_content: '', reasoning: 'hm', reasoning_details: [{ text: 'hm' }] }, 'xhm'],
    [{ content: null, reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }, 'hm'],
    [{ content: 'x', annotations: [{ url_citation: { title: 'found', url: 'https://a.example' } }] }, 'x'],
    [{ of_tomorrow: { words: 'new' } }, 'new'],
  ])('gathers every text of a message, whatever it is for: %j', (delta, said) => {
    const observer = new SseObserver();
    observer.push(Buffer.from(event({ choices: [{ index: 0, delta }] })));
    expect(observer.said.text).toBe(said);
  });

  it('bears a message that nests without end', () => {
    const observer = new SseObserver();
    const deep = `${'{"a":'.repeat(20_000)}"x"${'}'.repeat(20_000)}`;
    observer.push(Buffer.from(`data: {"choices":[{"delta":{"content":"y","b":${deep}}}]}\n\n`));
    expect(observer.said.text).toBe('y');
  });

  it('keeps no usage that cannot be true', () => {
    const observer = new SseObserver();
    observer.push(Buffer.from(event({ choices: [], usage: { prompt_tokens: -5, completion_tokens: 1 } })));
    expect(observer).toMatchObject({ usage: undefined, badUsage: true });
  });

  it('keeps the figures of a usage that are not tokens, and nothing else of it', () => {
    const observer = new SseObserver();
    const said = { seconds: 7, note: 'x'.repeat(1_000), server_tool_use: { web_search_requests: 2, more: [1] } };
    observer.push(Buffer.from(event({ usage: said })));
    expect(observer.saidUsage).toEqual({ seconds: 7, server_tool_use: { web_search_requests: 2 } });
    observer.push(Buffer.from(event({ response: { usage: { seconds: 'many', server_tool_use: 'x' } } })));
    expect(observer.saidUsage).toEqual({ seconds: NaN });
  });

  it('keeps of a search what kind it was, and no more of them than an answer can have', () => {
    const observer = new SseObserver();
    const done = (action: unknown): string =>
      event({ type: 'response.output_item.done', item: { type: 'web_search_call', id: 'w', action } });
    observer.push(Buffer.from(done({ type: 'search', query: 'x'.repeat(1_000) }) + done(null) + done({ type: null })));
    observer.push(Buffer.from(done({ type: 'open_page' }) + done({ type: 'x'.repeat(1_000) }) + done({ type: 1 })));
    const type = 'web_search_call';
    const kinds = ['open_page', 'unknown', 'unknown'].map((kind) => ({ type, action: { type: kind } }));
    expect(observer.searched).toEqual([{ type, action: { type: 'search' } }, { type }, { type }, ...kinds]);
    observer.push(Buffer.from(done({ type: 'search' }).repeat(2_000)));
    expect(observer.searched).toHaveLength(1_000);
  });

  it('names error events and counts broken ones', () => {
    const observer = new SseObserver();
    observer.push(Buffer.from(event({ error: { message: 'x', type: 'server_error' } })));
    observer.push(Buffer.from('data: {"choices":[\n\ndata: nonsense\n\n'));
    expect(observer).toMatchObject({ error: 'server_error', malformedEvents: 2 });
  });

  it('lets a 10 MB event pass without keeping it', () => {
    const observer = new SseObserver();
    const piece = Buffer.alloc(64 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    observer.push(Buffer.from('data: {"usage":"'));
    for (let i = 0; i < 160; i += 1) observer.push(piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
    observer.push(Buffer.from(`"}\n\n${usage}`));
    expect(observer).toMatchObject({ malformedEvents: 1, usage: { promptTokens: 7 } });
  });
});
