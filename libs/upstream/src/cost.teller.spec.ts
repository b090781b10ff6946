import fc from 'fast-check';
import { tellCost } from './cost.teller.js';

const told = (events: string, cost = '0.00042'): string => tellCost(Buffer.from(events), cost).toString();
const chunk = (usage: unknown): string => `data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`;
const DONE = 'data: [DONE]\n\n';

describe('the cost in the last usage of a stream', () => {
  it('is told to a caller of chat completions', () => {
    expect(told(`data: {"choices":[], "usage" : {"prompt_tokens": 7.0}}\n\n${DONE}`)).toBe(
      `data: {"choices":[], "usage" : {"prompt_tokens": 7.0,"sluice_cost":"0.00042"}}\n\n${DONE}`,
    );
  });

  it('is told to a caller of messages, and the event that stops them stays as it is', () => {
    const stop = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
    const delta = (usage: string) => `event: message_delta\r\ndata: {"type":"message_delta","usage":${usage}}\r\n\r\n`;
    expect(told(delta('{"output_tokens":3}') + stop)).toBe(delta('{"output_tokens":3,"sluice_cost":"0.00042"}') + stop);
    expect(told(delta('{}'))).toBe(delta('{"sluice_cost":"0.00042"}'));
  });

  it('is told to a caller of responses, whose usage lies within the response', () => {
    const event = (usage: string) =>
      `data:{"type":"response.completed","response":{"output":[{}],"usage":${usage}}}\n\n`;
    expect(told(event('{"input_tokens":1}'))).toBe(event('{"input_tokens":1,"sluice_cost":"0.00042"}'));
  });

  it('takes the place of what a provider that is a Sluice as well has said', () => {
    expect(told('data: {"usage":{"a":1,"sluice_cost":"9","b":2}}\n\n')).toBe(
      'data: {"usage":{"a":1,"sluice_cost":"0.00042","b":2}}\n\n',
    );
  });

  it.each([
    DONE,
    '',
    chunk(null),
    'data: {"usage":{"prompt_tok',
    'data: {"text":"\\"usage\\":{}"}\n\n',
    ': {"usage":{}}\n\n',
    'event: {"usage":{}}\n\n',
  ])('changes nothing in %j, which says no usage', (events) => {
    const bytes = Buffer.from(events);
    expect(tellCost(bytes, '1')).toBe(bytes);
  });

  it('is the only thing that changes, whatever the events say, and in the last usage alone', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    fc.assert(
      fc.property(json, json, (first, last) => {
        const before = chunk(first) + chunk(last) + DONE;
        const [one = '', two = '', three] = told(before).split('\n\n');
        expect([`${one}\n\n`, three]).toEqual([chunk(first), 'data: [DONE]']);
        expect(JSON.parse(two.slice(6))).toEqual(
          JSON.parse(JSON.stringify({ id: 'c', choices: [], usage: { ...last, sluice_cost: '0.00042' } })),
        );
      }),
    );
  });
});
