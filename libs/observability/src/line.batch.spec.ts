import { setImmediate } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { inBatches } from './line.batch.js';

describe('lines in batches', () => {
  it('are written together, in their order, once a turn', async () => {
    const writes: string[] = [];
    const out = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        writes.push(chunk.toString());
        done();
      },
    });
    const batched = inBatches(out);
    for (const line of ['a\n', 'b\n', 'c\n']) batched.write(line);
    expect(writes).toEqual([]);
    await setImmediate();
    batched.write('d\n');
    await setImmediate();
    expect(writes).toEqual(['a\nb\nc\n', 'd\n']);
  });
});
