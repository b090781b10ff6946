import { say } from '../../lib/say.mjs';
import { used } from '../accounts.mjs';
import { median, MIB, shown } from '../statistics.mjs';

const CONNECTIONS = 1_000;
const WATCH_MS = 200;

/** A thousand connections that list models and chat, each once a second: Sluice less the provider alone. */
export async function load({ driver, direct, sluice, options }) {
  const seconds = Math.max(2, options.seconds);
  const ask = ({ url, headers }) =>
    driver('manyConnections', { url, headers, connections: CONNECTIONS, seconds }, seconds + 60);
  let peak = 0;
  const rounds = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const base = await ask(direct);
    const watch = setInterval(() => (peak = Math.max(peak, used(sluice.pid)?.rss ?? NaN)), WATCH_MS);
    const seen = await ask(sluice).finally(() => clearInterval(watch));
    const added = { list: seen.list.p95 - base.list.p95, chat: seen.chat.p95 - base.chat.p95 };
    rounds.push({ ...seen, direct: base, listAddedP95: added.list, chatAddedP95: added.chat });
    say(`load: round ${round} of ${options.rounds} done`);
  }
  const figures = {
    connections: Math.min(...rounds.map(({ connections }) => connections)),
    requests: rounds.reduce((sum, { asked }) => sum + asked, 0),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    listAddedP95: median(rounds.map(({ listAddedP95 }) => listAddedP95)),
    chatAddedP95: median(rounds.map(({ chatAddedP95 }) => chatAddedP95)),
    peakRssMiB: peak / MIB,
  };
  const table = [
    {
      connections: figures.connections,
      requests: figures.requests,
      errors: figures.errors,
      'list: added p95 ms': shown(figures.listAddedP95),
      'chat: added p95 ms': shown(figures.chatAddedP95),
      'resident MiB at most': shown(figures.peakRssMiB, 0),
    },
  ];
  return { title: 'A thousand connections that list and chat, each once a second', table, figures, rounds };
}
