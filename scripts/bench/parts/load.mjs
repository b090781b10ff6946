import { used } from '../accounts.mjs';
import { MIB, shown } from '../statistics.mjs';

const CONNECTIONS = 1_000;

/** A thousand connections that list models and chat, each once a second. */
export async function load({ driver, direct, sluice, options }) {
  const seconds = Math.max(2, options.seconds);
  const ask = ({ url, headers }) =>
    driver('manyConnections', { url, headers, connections: CONNECTIONS, seconds }, seconds + 60);
  const base = await ask(direct);
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, used(sluice.pid)?.rss ?? NaN)), 200);
  const seen = await ask(sluice).finally(() => clearInterval(watch));
  const overhead = (kind) => seen[kind].p95 - base[kind].p95;
  const figures = {
    connections: seen.connections,
    asked: seen.asked,
    errors: seen.errors,
    listOverheadP95: overhead('list'),
    chatOverheadP95: overhead('chat'),
    peakRssMiB: peak / MIB,
  };
  const table = [
    {
      connections: figures.connections,
      requests: figures.asked,
      errors: figures.errors,
      'list: added p95 ms': shown(figures.listOverheadP95),
      'chat: added p95 ms': shown(figures.chatOverheadP95),
      'resident MiB at most': shown(figures.peakRssMiB, 0),
    },
  ];
  return { title: 'A thousand connections that list and chat', table, figures, direct: base, sluice: seen };
}
