import { Client } from 'undici';
import { CHAT } from '../requests.mjs';
import { summary } from '../statistics.mjs';
import { beats, nowMicros } from './metronome.mjs';

const REQUESTS = {
  list: { path: '/v1/models', method: 'GET', body: null },
  chat: { path: '/v1/chat/completions', method: 'POST', body: CHAT },
};

/**
 * Many people, each with a connection that stays open, who ask once a second: for the list, then for a chat, in turns.
 * Their seconds begin spread evenly, and latency counts from the moment at which a question was due.
 */
export async function manyConnections({ url, headers, connections, seconds }) {
  const fields = { 'content-type': 'application/json', ...headers };
  const clients = Array.from({ length: connections }, () => new Client(url, { pipelining: 1 }));
  const latencies = { list: [], chat: [] };
  let errors = 0;
  const ask = async (client, kind, meant, counts) => {
    try {
      const { statusCode, body } = await client.request({ ...REQUESTS[kind], headers: fields });
      await body.arrayBuffer();
      if (statusCode !== 200) errors += 1;
      else if (counts) latencies[kind].push((nowMicros() - meant) / 1_000);
    } catch {
      errors += 1;
    }
  };
  // All of them are connected before it counts, at the same pace.
  const asked = [];
  await beats(connections, connections * (seconds + 1), (meant) => {
    const turn = Math.floor(asked.length / connections);
    const who = asked.length % connections;
    asked.push(ask(clients[who], (turn + who) % 2 === 0 ? 'list' : 'chat', meant, turn > 0));
  });
  // Those that are slow to connect have connected once they are answered; whoever is answered stays connected.
  await Promise.all(asked);
  const open = clients.filter((client) => client.stats.connected && !client.destroyed).length;
  await Promise.all(clients.map((client) => client.close()));
  return {
    connections: open,
    errors,
    asked: asked.length,
    list: summary(latencies.list),
    chat: summary(latencies.chat),
  };
}
