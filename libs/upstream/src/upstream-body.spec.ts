import { UpstreamBody } from './upstream-body.js';
import { UpstreamFailure } from './upstream-failure.js';

interface Asked {
  pauses: number;
  resumes: number;
}

function flowing(): { body: UpstreamBody; asked: Asked } {
  const asked = { pauses: 0, resumes: 0 };
  const pause = (): void => void (asked.pauses += 1);
  const resume = (): void => void (asked.resumes += 1);
  return { body: new UpstreamBody({ pause, resume, abort: pause }), asked };
}

const PIECE = Buffer.from('x');

describe('UpstreamBody', () => {
  it('asks for a pause when many small pieces wait, and goes on when half of them are taken', () => {
    const { body, asked } = flowing();
    for (let i = 0; i < 1_200; i += 1) body.push(PIECE);
    expect(asked).toEqual({ pauses: 1, resumes: 0 });
    for (let i = 0; i < 600; i += 1) body.take();
    expect(asked.resumes).toBe(0);
    for (let i = 0; i < 200; i += 1) body.take();
    expect(asked).toEqual({ pauses: 1, resumes: 1 });
  });

  it('hands out every piece once and in order, whenever it came', async () => {
    const { body } = flowing();
    const seen: number[] = [];
    let sent = 0;
    for (let round = 0; round < 9; round += 1) {
      for (let i = 0; i < 1_500; i += 1) body.push(Buffer.from([(sent += 1) % 251]));
      for (let i = 0; i < 1_100 + round * 100; i += 1) seen.push(...(body.take() ?? []));
    }
    body.end();
    for await (const piece of body) seen.push(...piece);
    expect(seen).toEqual(Array.from({ length: sent }, (_, i) => (i + 1) % 251));
    expect([body.take(), await body.more()]).toEqual([undefined, false]);
  });

  it('gives each piece to one who waits for the next only when done with the last, and then says how it ended', async () => {
    const { body } = flowing();
    const seen: string[] = [];
    let finish = (): void => undefined;
    const read = body.each((chunk) => {
      seen.push(chunk.toString());
      return seen.length === 2 ? new Promise((resolve) => (finish = resolve)) : undefined;
    });
    for (const piece of ['a', 'b', 'c']) body.push(Buffer.from(piece));
    body.fail(new UpstreamFailure('reset', 'reset', 'It broke off'));
    expect(seen).toEqual(['a', 'b']);
    finish();
    await expect(read).rejects.toMatchObject({ reason: 'reset' });
    expect(seen).toEqual(['a', 'b', 'c']);

    const whole = UpstreamBody.of(PIECE);
    await whole.each(() => undefined);
    await expect(whole.more()).resolves.toBe(false);
  });

  it('is not slowed down for one who takes each piece at once', async () => {
    const { body, asked } = flowing();
    let taken = 0;
    const read = body.each((chunk) => {
      taken += chunk.length;
      return undefined;
    });
    for (let i = 0; i < 3; i += 1) body.push(Buffer.alloc(100_000));
    body.end();
    await read;
    expect([taken, asked]).toEqual([300_000, { pauses: 0, resumes: 0 }]);
  });

  it.each(['at once', 'later'])('is read no further by one who fails %s', async (when) => {
    const { body } = flowing();
    let given = 0;
    const read = body.each(() => {
      given += 1;
      const failure = new Error('The reader cannot go on');
      if (when === 'later') return Promise.reject(failure);
      throw failure;
    });
    body.push(PIECE);
    body.push(PIECE);
    await expect(read).rejects.toThrow('The reader cannot go on');
    body.push(PIECE);
    expect(given).toBe(1);
  });

  it('takes no longer for each piece when very many wait', () => {
    const { body } = flowing();
    for (let i = 0; i < 300_000; i += 1) body.push(PIECE);
    const before = performance.now();
    while (body.take() !== undefined);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
