import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AnswerRecording } from './answer.recording.js';
import type { Ending, IdempotencyRepository, KeyedCall } from './idempotency.repository.js';

const MIB = 1_048_576;

function recorded(): { recording: AnswerRecording; endings: Ending[] } {
  const endings: Ending[] = [];
  const store = {
    close: (_call: KeyedCall, ending: Ending) => Promise.resolve(void endings.push(ending)),
  } as unknown as IdempotencyRepository;
  return { recording: new AnswerRecording(store, {} as KeyedCall), endings };
}

describe('the recording of an answer', () => {
  it.each([1, 7, 60, 5_000, MIB])('keeps what came in pieces of %i bytes', async (length) => {
    const bytes = randomBytes(Math.min(MIB, length * 1_000));
    const { recording, endings } = recorded();
    for (let at = 0; at < bytes.length; at += length) recording.add(bytes.subarray(at, at + length));
    await recording.keep();
    const [ending] = endings;
    expect(ending?.state).toBe('kept');
    expect(bytes.equals(ending?.body ?? Buffer.alloc(0))).toBe(true);
  });

  it('keeps an answer without bytes, and none above its limit', async () => {
    const [empty, large] = [recorded(), recorded()];
    await empty.recording.keep();
    for (let n = 0; n < 1_100; n += 1) large.recording.add(Buffer.alloc(1_000));
    await large.recording.keep(Buffer.from('end'));
    expect([empty.endings[0]?.body?.length, large.endings]).toEqual([0, [{ state: 'too_large' }]]);
  });

  it('takes no more memory than its bytes, however small the pieces are', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const taken = (): number => {
      gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const all = Array.from({ length: 20 }, () => recorded().recording);
    const before = taken();
    for (let n = 0; n < 100_000; n += 1) all[n % 20]?.add(Buffer.from('x'));
    expect(taken() - before).toBeLessThan(1_500_000);
    expect(all).toHaveLength(20);
  });
});
