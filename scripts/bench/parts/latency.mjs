import { say } from '../../lib/say.mjs';
import { CHAT } from '../requests.mjs';
import { median, shown } from '../statistics.mjs';

/** Slow rates are measured for longer: a quantile of a hundred answers says little. */
const RATES = [
  { rate: 25, times: 4 },
  { rate: 100, times: 2 },
  { rate: 500, times: 1 },
];

/** What each contestant adds to an answer at rates that all of them can take. */
export async function latency({ driver, contestants, options }) {
  const wishes = RATES.map(({ rate, times }) => ({
    label: `${rate}/s`,
    wish: { rate, seconds: options.short ? 0.6 : options.seconds * times, body: CHAT },
  }));
  return added({ driver, contestants, options, wishes, title: 'Added latency of an answer in ms, settle included' });
}

/** Quantiles of each contestant less those of the provider alone in the same round; the median over the rounds. */
export async function added({ driver, contestants, options, wishes, title }) {
  const results = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const { label, wish } of wishes) {
      for (const { name, url, headers } of contestants) {
        const seen = await driver('atRate', { ...wish, url, headers }, wish.seconds + 60);
        results.push({ round, label, name, ...seen });
      }
    }
    say(`${title}: round ${round} of ${options.rounds} done`);
  }
  const direct = contestants[0].name;
  const of = (name, label) => results.filter((each) => each.name === name && each.label === label);
  const rows = contestants.flatMap(({ name }) =>
    wishes.map(({ label }) => {
      const base = of(direct, label);
      const own = of(name, label);
      const difference = (key) => median(own.map((each, index) => each[key] - base[index][key]));
      return {
        name,
        label,
        p50: median(own.map(({ p50 }) => p50)),
        p99: median(own.map(({ p99 }) => p99)),
        addedP50: difference('p50'),
        addedP99: difference('p99'),
        answers: own.reduce((sum, { count }) => sum + count, 0),
        errors: own.reduce((sum, { errors }) => sum + errors, 0),
      };
    }),
  );
  const table = rows.map((row) => ({
    contestant: row.name,
    rate: row.label,
    'p50 ms': shown(row.p50),
    'p99 ms': shown(row.p99),
    'added p50': row.name === direct ? '' : shown(row.addedP50),
    'added p99': row.name === direct ? '' : shown(row.addedP99),
    answers: row.answers,
    errors: row.errors,
  }));
  return { title, table, rows, results };
}
