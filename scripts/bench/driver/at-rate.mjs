import { Pool } from 'undici';
import { summary } from '../statistics.mjs';
import { beats, nowMicros } from './metronome.mjs';

const WARM_UP_SECONDS = 0.3;

/**
 * Asks at a fixed rate, whether or not earlier answers are there. Latency counts from the moment at which a question
 * was due, so whoever stalls pays for every question that fell due meanwhile.
 */
export async function atRate({ url, headers, body, rate, seconds, firstByte = false }) {
  const pool = new Pool(url, { connections: 512, pipelining: 1, bodyTimeout: 30_000, headersTimeout: 30_000 });
  const latencies = [];
  let errors = 0;
  const ask = async (meant, counts) => {
    try {
      const answer = await pool.request({
        path: '/v1/chat/completions',
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      const first = firstByte ? await readWithFirst(answer.body) : (await answer.body.arrayBuffer(), nowMicros());
      if (answer.statusCode !== 200) errors += 1;
      else if (counts) latencies.push((first - meant) / 1_000);
    } catch {
      errors += 1;
    }
  };
  const warmUp = Math.ceil(rate * WARM_UP_SECONDS);
  const asked = [];
  await beats(rate, warmUp + Math.ceil(rate * seconds), (meant) => asked.push(ask(meant, asked.length >= warmUp)));
  await Promise.all(asked);
  await pool.close();
  return { ...summary(latencies), errors };
}

/** @returns when the first byte of the answer came, once the last one is there */
async function readWithFirst(body) {
  let first;
  for await (const _ of body) first ??= nowMicros();
  return first;
}
