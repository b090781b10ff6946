import fc from 'fast-check';
import { multipartBoundary, readMultipartRequest, rewriteMultipartModel } from './multipart.request.js';

const BOUNDARY = 'b0undary';
const part = (head: string, value: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`), Buffer.from(value), Buffer.from('\r\n')]);
const field = (name: string, value: string): Buffer => part(`Content-Disposition: form-data; name="${name}"`, value);
const file = (bytes: Uint8Array): Buffer =>
  part('Content-Type: audio/mpeg\r\ncontent-disposition: form-data; name=file; filename="a;b.mp3"', bytes);
const form = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);

const bytes = fc.uint8Array({ maxLength: 300 }).filter((value) => !Buffer.from(value).includes(`--${BOUNDARY}`));

it('renames the model and leaves every other byte as it was', () => {
  fc.assert(
    fc.property(
      bytes,
      fc.string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text)),
      fc.boolean(),
      (content, prompt, first) => {
        const others = [file(content), field('prompt', prompt)];
        const around = (model: string): Buffer =>
          form(...(first ? [field('model', model), ...others] : [...others, field('model', model)]));
        const request = readMultipartRequest(around('gpt'), BOUNDARY);
        expect(request).toMatchObject({ ok: true, model: 'gpt', stream: false, json: { model: 'gpt', prompt } });
        expect(
          rewriteMultipartModel(around('gpt'), BOUNDARY, 'provider/whisper').equals(around('provider/whisper')),
        ).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

it('never throws, whatever the bytes', () => {
  const noise = fc.array(
    fc.constantFrom('\r\n', '--', BOUNDARY, 'Content-Disposition: form-data; name="model"', 'x', '\r\n\r\n', '"', ';'),
    {
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(noise, (pieces) => {
      expect(readMultipartRequest(Buffer.from(`--${BOUNDARY}${pieces.join('')}`), BOUNDARY)).toHaveProperty('ok');
    }),
    { numRuns: 300 },
  );
});

it.each([
  ['two models', form(field('model', 'a'), field('model', 'b')), 'ambiguous'],
  ['a model in other letters', form(field('MODEL', 'a')), 'ambiguous'],
  ['an escaped model', form(field('mod\\el', 'a'), field('model', 'b')), 'ambiguous'],
  ['no model', form(field('prompt', 'a')), 'model_missing'],
  ['an empty model', form(field('model', '')), 'model_missing'],
  ['a stream that is neither', form(field('model', 'a'), field('stream', '1')), 'bad_value'],
  ['a preamble', Buffer.concat([Buffer.from('x\r\n'), form(field('model', 'a'))]), 'not_multipart'],
  ['an epilogue', Buffer.concat([form(field('model', 'a')), field('model', 'b')]), 'not_multipart'],
  ['no end', field('model', 'a'), 'not_multipart'],
  ['two names', form(part('Content-Disposition: form-data; name="x"; name="model"', 'a')), 'not_multipart'],
  ['an encoded name', form(part(`Content-Disposition: form-data; name="x"; name*=utf-8''model`, 'a')), 'not_multipart'],
  ['a folded header', form(part('Content-Disposition: form-data;\r\n name="model"', 'a')), 'not_multipart'],
])('refuses a form with %s', (_what, body, reason) => {
  expect(readMultipartRequest(body, BOUNDARY)).toMatchObject({ ok: false, reason });
});

it('reads the boundary of a form, and of nothing else', () => {
  expect(multipartBoundary('multipart/form-data; boundary=abc')).toBe('abc');
  expect(multipartBoundary('Multipart/Form-Data;boundary="a b"')).toBe('a b');
  for (const type of [
    undefined,
    'application/json',
    'multipart/form-data',
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/mixed; boundary=a',
  ]) {
    expect(multipartBoundary(type)).toBeUndefined();
  }
});
