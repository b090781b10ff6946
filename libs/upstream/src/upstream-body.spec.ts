import { UpstreamBody } from './upstream-body.js';

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

  it('takes no longer for each piece when very many wait', () => {
    const { body } = flowing();
    for (let i = 0; i < 300_000; i += 1) body.push(PIECE);
    const before = performance.now();
    while (body.take() !== undefined);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
