import { Pool } from 'undici';
import { streamed } from '../requests.mjs';
import { summary } from '../statistics.mjs';
import { nowMicros } from './metronome.mjs';

const EVENT = /"content":"(\d+):(\d+)"/g;
const SETTLE_SECONDS = 2;

/**
 * Opens many streams over some seconds and keeps all of them open for some more. Each event says its number, so one
 * that is lost, doubled or out of order is seen. Tells when all are open and when that time is over.
 */
export async function openStreams({ url, headers, count, everyMs, seconds, rampSeconds }, tell) {
  const events = Math.ceil(((rampSeconds + SETTLE_SECONDS + seconds) * 1_000) / everyMs) + 1;
  const pool = new Pool(url, { connections: count, pipelining: 1, bodyTimeout: 60_000, headersTimeout: 60_000 });
  const body = streamed({ events, everyMs });
  const seen = { events: 0, wrong: 0, unfinished: 0, refused: 0, open: 0, counting: false, inWindow: 0, delays: [] };
  const streams = [];
  for (let i = 0; i < count; i += 1) {
    streams.push(follow(pool, headers, body, events, seen));
    if (i % 10 === 9) await sleep((rampSeconds * 10_000) / count);
  }
  await sleep(SETTLE_SECONDS * 1_000);
  const openAtStart = seen.open;
  seen.counting = true;
  tell('open');
  await sleep(seconds * 1_000);
  seen.counting = false;
  const { inWindow } = seen;
  tell('over');
  await Promise.all(streams);
  await pool.close();
  const { delays, wrong, unfinished, refused } = seen;
  const lost = count * events - seen.events;
  return {
    asked: count,
    openAtStart,
    events: seen.events,
    inWindow,
    lost,
    wrong,
    unfinished,
    refused,
    ...summary(delays),
  };
}

/** Reads one stream to its end; events must come complete and in order. */
async function follow(pool, headers, body, events, seen) {
  let expected = 0;
  let rest = '';
  let whole = false;
  const hear = (text) => {
    const now = nowMicros();
    const end = text.lastIndexOf('\n\n') + 2;
    for (const [, number, sentAt] of text.slice(0, end).matchAll(EVENT)) {
      if (Number(number) !== expected) seen.wrong += 1;
      if (expected === 0) seen.open += 1;
      expected = Number(number) + 1;
      seen.events += 1;
      if (!seen.counting) continue;
      seen.inWindow += 1;
      seen.delays.push((now - Number(sentAt)) / 1_000);
    }
    whole ||= text.includes('data: [DONE]');
    return text.slice(end);
  };
  try {
    const answer = await pool.request({
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    if (answer.statusCode !== 200) {
      seen.refused += 1;
      await answer.body.dump();
      return;
    }
    for await (const data of answer.body) rest = hear(rest + data.toString('latin1'));
  } catch {
    // Counted below: it is not whole.
  }
  if (!whole || expected !== events) seen.unfinished += 1;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
