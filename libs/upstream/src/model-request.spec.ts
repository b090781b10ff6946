import fc from 'fast-check';
import { readModelRequest, rewriteModel } from './model-request.js';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('rewriteModel', () => {
  it('changes the name and not one other byte', () => {
    const body = Buffer.from('{ "a" : "\\"model\\":1", "model" :\t"fast" , "messages":[{"model":"inner"}]\n}');
    expect(rewriteModel(body, 'gpt-4o').toString()).toBe(
      '{ "a" : "\\"model\\":1", "model" :\t"gpt-4o" , "messages":[{"model":"inner"}]\n}',
    );
  });

  it('rewrites every duplicate, escaped keys included, so that any parser sees the same name', () => {
    const body = Buffer.from('{"model":"a","mod\\u0065l":{"x":1},"model":null}');
    expect(rewriteModel(body, 'b').toString()).toBe('{"model":"b","mod\\u0065l":"b","model":"b"}');
  });

  it('returns the same buffer when there is nothing to change', () => {
    const body = json({ model: 'a' });
    expect(rewriteModel(body, 'a')).toBe(body);
  });

  it('agrees with JSON.parse on any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.nat(3), (object, name, indent) => {
        const model = { ...object, model: 'before' };
        const body = Buffer.from(JSON.stringify(model, null, indent));
        expect(JSON.parse(rewriteModel(body, name).toString())).toEqual(
          JSON.parse(JSON.stringify({ ...model, model: name })),
        );
      }),
    );
  });

  it('agrees with JSON.parse whatever the white space, the escapes and the order', () => {
    const space = fc.constantFrom('', ' ', '\n', '\t\r\n ');
    const key = fc.constantFrom('"model"', '"m\\u006fdel"', '"#x\\\\"', '"#x\\""', '"#models"');
    const value = fc.constantFrom(
      '1',
      '-1.5e3',
      'true',
      'null',
      '"a\\\\"',
      '"}"',
      '{"model":"i"}',
      '[["model",{}]]',
      '""',
    );
    const property = fc
      .tuple(space, key, space, space, value, space)
      .map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`);
    fc.assert(
      fc.property(space, fc.array(property), (lead, properties) => {
        // Other keys stand once: of escaped duplicates V8 does not always take the last (seen on Node 24.21).
        const text = `${lead}{${properties.map((text, i) => text.replace('"#', `"${i}`)).join(',')}}`;
        const before = JSON.parse(text) as Record<string, unknown>;
        const after: unknown = JSON.parse(rewriteModel(Buffer.from(text), 'new').toString());
        expect(after).toEqual('model' in before ? { ...before, model: 'new' } : before);
      }),
    );
  });
});

describe('readModelRequest', () => {
  it('reads what decides about access and money', () => {
    const body = json({ model: 'm', stream: true, stream_options: { include_usage: true }, max_tokens: 9, n: 2 });
    expect(readModelRequest(body)).toMatchObject({
      ok: true,
      model: 'm',
      stream: true,
      includeUsage: true,
      maxTokens: 9,
      choices: 2,
    });
  });

  it.each([
    ['{', 'not_json'],
    ['', 'not_json'],
    ['[]', 'not_an_object'],
    ['null', 'not_an_object'],
    ['{}', 'model_missing'],
    ['{"model":1}', 'model_missing'],
    ['{"model":""}', 'model_missing'],
    ['{"model":"a","model":"b"}', 'ambiguous'],
    ['{"model":"a","mod\\u0065l":"b"}', 'ambiguous'],
    ['{"model":"a","MODEL":"b"}', 'ambiguous'],
    ['{"model":"a","max_tokens":1,"max_tokens":9}', 'ambiguous'],
    ['{"model":"a","\\u017ftream":true}', 'ambiguous'],
    ['{"model":"a","stream":"yes"}', 'bad_value'],
    ['{"model":"a","max_tokens":-1}', 'bad_value'],
    ['{"model":"a","n":1.5}', 'bad_value'],
  ])('%s → %s', (text, reason) => {
    expect(readModelRequest(Buffer.from(text))).toMatchObject({ ok: false, reason });
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(readModelRequest(Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({ ok: false, reason: 'not_json' });
  });

  it('survives deep nesting', () => {
    const deep = `{"model":"m","x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(readModelRequest(Buffer.from(deep))).toMatchObject({ ok: true, model: 'm' });
  });

  it('never throws, and accepts exactly objects with a model', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof readModelRequest(Buffer.from(text)).ok).toBe('boolean');
      }),
    );
  });
});
