import { newId } from '#libs/kernel';
import { type RateAsk, type RateGrant, RateStore } from './rate-store.js';

/** As much of a connection to Redis as is needed. */
export interface RedisScripts {
  eval(script: string, keys: number, ...values: (string | number)[]): Promise<unknown>;
}

/** The same arithmetic as `take_rates` of PostgreSQL, for all questions in one round trip. */
const TAKE = `
local answers = {}
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 7
  local limit, length = tonumber(ARGV[at + 1]), ARGV[at + 2]
  local needed, wanted = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local window, correction, fresh = ARGV[at + 5], tonumber(ARGV[at + 6]), ARGV[at + 7]
  local id = redis.call('HGET', key, 'id')
  local taken = 0
  if not id then
    id = fresh
    redis.call('HSET', key, 'id', id, 'taken', 0)
    redis.call('PEXPIRE', key, length)
  else
    taken = tonumber(redis.call('HGET', key, 'taken'))
    if id == window then taken = math.max(taken + correction, 0) end
  end
  local free = math.max(limit - taken, 0)
  local granted = math.min(free, math.max(needed, math.min(wanted, math.floor(free / 8))))
  redis.call('HSET', key, 'taken', taken + granted)
  answers[i] = {id, redis.call('PTTL', key), granted, free - granted}
end
return answers
`;

/** Windows in Redis, where one is configured. */
export class RedisRateStore extends RateStore {
  readonly kind = 'redis';

  constructor(private readonly redis: RedisScripts) {
    super();
  }

  async take(asks: readonly RateAsk[]): Promise<RateGrant[]> {
    const keys = asks.map(({ rule }) => `sluice:window:${rule.name}`);
    const values = asks.flatMap(({ rule, needed, wanted, windowId, correction }) => [
      rule.limit,
      rule.windowMs,
      needed,
      wanted,
      windowId,
      correction,
      newId(),
    ]);
    const answers = (await this.redis.eval(TAKE, keys.length, ...keys, ...values)) as [
      string,
      number,
      number,
      number,
    ][];
    return answers.map(([windowId, endsInMs, granted, free]) => ({ windowId, endsInMs, granted, free }));
  }
}
