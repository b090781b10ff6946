import { say } from '../../lib/say.mjs';
import { CHAT } from '../requests.mjs';
import { median, shown } from '../statistics.mjs';

const CALLS_A_SECOND = 100;
const SIGN_INS_A_SECOND = 30;
/** Sign-ins that wait when the rate ends are still answered. */
const LIMIT_SECONDS = 120;
/** Long enough for the threads of the hashes to be there, and for the driver's own. */
const HEAD_START_SECONDS = 2;

/** What people who sign in cost programs that call: the gateway's latency without and with thirty sign-ins a second. */
export async function signIns({ driver, sluice, house, options }) {
  const seconds = options.short ? 1 : options.seconds * 2;
  const { url, headers } = sluice;
  const call = () =>
    driver('atRate', { url, headers, rate: CALLS_A_SECOND, seconds, body: CHAT }, seconds + LIMIT_SECONDS);
  const signIn = () =>
    driver(
      'signIns',
      { url, credentials: house.administrator, rate: SIGN_INS_A_SECOND, seconds: seconds + HEAD_START_SECONDS + 1 },
      seconds + LIMIT_SECONDS,
    );
  const rounds = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const alone = await call();
    const signingIn = signIn();
    await new Promise((resolve) => setTimeout(resolve, HEAD_START_SECONDS * 1_000));
    const beside = await call();
    const statuses = await signingIn;
    rounds.push({ alone, beside, statuses });
    say(`sign-ins: round ${round} of ${options.rounds} done`);
  }
  const of = (key) => (quantile) => median(rounds.map((each) => each[key][quantile]));
  const [alone, beside] = [of('alone'), of('beside')];
  const count = (wanted) => rounds.reduce((sum, { statuses }) => sum + (statuses[wanted] ?? 0), 0);
  const figures = {
    aloneP50: alone('p50'),
    aloneP99: alone('p99'),
    besideP50: beside('p50'),
    besideP99: beside('p99'),
    ratioP99: median(rounds.map((each) => each.beside.p99 / each.alone.p99)),
    signedIn: count(200),
    busy: count(503),
    errors: rounds.reduce((sum, each) => sum + each.alone.errors + each.beside.errors, 0),
  };
  const table = [
    { calls: 'alone', 'p50 ms': shown(figures.aloneP50), 'p99 ms': shown(figures.aloneP99) },
    {
      calls: `beside ${SIGN_INS_A_SECOND} sign-ins/s`,
      'p50 ms': shown(figures.besideP50),
      'p99 ms': shown(figures.besideP99),
      'p99, times': shown(figures.ratioP99),
      'signed in': figures.signedIn,
      'told to come back': figures.busy,
      errors: figures.errors,
    },
  ];
  return { title: `Latency of ${CALLS_A_SECOND} calls a second while people sign in`, table, figures, rounds };
}
