import { UpstreamBody } from './upstream-body.js';
import { UpstreamFailure } from './upstream-failure.js';

interface Asked {
  pauses: number;
  resumes: number;
  aborts: number;
}

function flowing(): { body: UpstreamBody; asked: Asked } {
  const asked = { pauses: 0, resumes: 0, aborts: 0 };
  const pause = (): void => void (asked.pauses += 1);
  const resume = (): void => void (asked.resumes += 1);
  const abort = (): void => void (asked.aborts += 1);
  return { body: new UpstreamBody({ pause, resume, abort }), asked };
}

const PIECE = Buffer.from('x');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Takes as many pieces as it is told to, and waits in between. */
class SlowReader {
  readonly seen: number[] = [];
  readonly end: Promise<void>;
  private wanted: number;
  private goOn = (): void => undefined;

  constructor(body: UpstreamBody, first: number) {
    this.wanted = first;
    this.end = body.each((chunk) => {
      this.seen.push(...chunk);
      this.wanted -= 1;
      return this.wanted > 0 ? undefined : new Promise((resolve) => (this.goOn = resolve));
    });
  }

  async take(count: number): Promise<void> {
    this.wanted = count;
    this.goOn();
    await turn();
  }
}

describe('UpstreamBody', () => {
  it('asks for a pause when many small pieces wait, and goes on when half of them are taken', async () => {
    const { body, asked } = flowing();
    for (let i = 0; i < 1_200; i += 1) body.push(PIECE);
    expect(asked).toEqual({ pauses: 1, resumes: 0, aborts: 0 });
    const reader = new SlowReader(body, 600);
    expect(asked.resumes).toBe(0);
    await reader.take(200);
    expect(asked).toEqual({ pauses: 1, resumes: 1, aborts: 0 });
  });

  it('hands out every piece once and in order, whenever it came', async () => {
    const { body } = flowing();
    const reader = new SlowReader(body, 1);
    let sent = 0;
    for (let round = 0; round < 9; round += 1) {
      for (let i = 0; i < 1_500; i += 1) body.push(Buffer.from([(sent += 1) % 251]));
      await reader.take(1_100 + round * 100);
    }
    body.end();
    await reader.take(sent);
    await reader.end;
    expect(reader.seen).toEqual(Array.from({ length: sent }, (_, i) => (i + 1) % 251));
  });

  it('keeps the order where the connection brings more at once when it is asked to go on', async () => {
    const more = ['c', 'd'];
    const body: UpstreamBody = new UpstreamBody({
      pause: () => undefined,
      resume: () => more.splice(0).forEach((piece) => body.push(Buffer.from(piece))),
      abort: () => undefined,
    });
    body.push(Buffer.alloc(70_000, 'a'));
    body.push(Buffer.from('b'));
    body.end();
    expect((await body.bytes(1e6)).toString()).toBe(`${'a'.repeat(70_000)}bcd`);
  });

  it('gives each piece to one who waits for the next only when done with the last, and then says how it ended', async () => {
    const { body, asked } = flowing();
    const reader = new SlowReader(body, 2);
    for (const piece of ['a', 'b', 'c']) body.push(Buffer.from(piece));
    body.fail(new UpstreamFailure('reset', 'reset', 'It broke off'));
    expect(Buffer.from(reader.seen).toString()).toBe('ab');
    await Promise.all([expect(reader.end).rejects.toMatchObject({ reason: 'reset' }), reader.take(2)]);
    expect(Buffer.from(reader.seen).toString()).toBe('abc');
    expect(asked.aborts).toBe(0);
  });

  it('gives nothing more to one who cancels, at once or while a piece is in use', async () => {
    for (const waits of [false, true]) {
      const { body, asked } = flowing();
      let given = 0;
      const read = body.each(() => {
        given += 1;
        body.cancel();
        return waits ? turn() : undefined;
      });
      body.push(PIECE);
      body.push(PIECE);
      await expect(read).rejects.toMatchObject({ kind: 'aborted' });
      expect([given, asked.aborts]).toEqual([1, 1]);
    }
  });

  it('can be read again where it was read already', async () => {
    expect(await UpstreamBody.of(PIECE).bytes(1)).toEqual(PIECE);
    expect(await UpstreamBody.of(Buffer.alloc(0)).bytes(1)).toEqual(Buffer.alloc(0));
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
    expect([taken, asked]).toEqual([300_000, { pauses: 0, resumes: 0, aborts: 0 }]);
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

  it('takes no longer for each piece when very many wait', async () => {
    const { body } = flowing();
    for (let i = 0; i < 300_000; i += 1) body.push(PIECE);
    body.end();
    const before = performance.now();
    await body.each(() => undefined);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
