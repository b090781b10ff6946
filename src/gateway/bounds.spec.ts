import type { ResolvedModel } from '../models/model.catalog.js';
import { boundsOf } from './bounds.js';
import { readCall } from './incoming.call.js';

const MODEL = { contextLength: null, maxOutputTokens: null } as unknown as ResolvedModel;

describe('the bounds of a call', () => {
  const boundsOfBody = (body: string) =>
    boundsOf(readCall('messages', { body: Buffer.from(body), headers: { 'content-type': 'application/json' } }), MODEL);

  it.each([
    ['a cache that it names', '{"model":"m","system":[{"type":"text","cache_control":{"type":"ephemeral"}}]}', true],
    ['a cache that escapes hide', String.raw`{"model":"m","system":[{"cache\u005fcontrol":{}}]}`, true],
    ['no cache', '{"model":"m","messages":[{"role":"user","content":"hello"}]}', false],
    ['no cache but escapes', String.raw`{"model":"m","messages":[{"role":"user","content":"gr\u00fc\u00df"}]}`, false],
  ])('know of %s', (_, body, mayWriteCache) => {
    expect(boundsOfBody(body)).toMatchObject({ mayWriteCache, inputBound: body.length + 64 });
  });
});
