import { Logger } from '@nestjs/common';
import { createDataSource, HotSql } from '#libs/database';
import { SystemClock } from '#libs/kernel';
import { ApiKeyActivity } from './api-key.activity.js';
import { ApiKeyLookupRepository } from './api-key-lookup.repository.js';

/** Keeps what would be written. */
class RecordedUses extends ApiKeyLookupRepository {
  readonly written: string[][] = [];
  away = false;

  constructor() {
    super(new HotSql(createDataSource('postgres://nowhere')));
  }

  override markUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    if (this.away) return Promise.reject(new Error('away'));
    this.written.push([...uses.keys()]);
    return Promise.resolve();
  }
}

describe('ApiKeyActivity', () => {
  let keys: RecordedUses;

  beforeEach(() => {
    Logger.overrideLogger(false);
    jest.useFakeTimers();
    keys = new RecordedUses();
  });
  afterEach(() => jest.useRealTimers());

  const replica = (): ApiKeyActivity => {
    const activity = new ApiKeyActivity(keys, new SystemClock());
    activity.onApplicationBootstrap();
    return activity;
  };

  it('writes down what each replica saw, in its own time', async () => {
    const [one, two] = [replica(), replica()];
    one.note('a');
    two.note('b');
    await jest.advanceTimersByTimeAsync(30_000);
    expect(keys.written).toEqual([['a'], ['b']]);
    await Promise.all([one, two].map((each) => each.beforeApplicationShutdown()));
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps what could not be written for the next time', async () => {
    const activity = replica();
    activity.note('a');
    keys.away = true;
    await jest.advanceTimersByTimeAsync(30_000);
    keys.away = false;
    activity.note('b');
    await jest.advanceTimersByTimeAsync(30_000);
    expect(keys.written).toEqual([['a', 'b']]);
    await activity.beforeApplicationShutdown();
  });
});
