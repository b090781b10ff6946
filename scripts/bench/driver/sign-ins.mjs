import { Pool } from 'undici';
import { beats } from './metronome.mjs';

/** Signs in at a fixed rate, whether or not earlier answers are there. @returns how often each status was answered */
export async function signIns({ url, credentials, rate, seconds }) {
  const pool = new Pool(url, { connections: 128, pipelining: 1, bodyTimeout: 60_000, headersTimeout: 60_000 });
  const body = JSON.stringify(credentials);
  const statuses = {};
  const note = (status) => (statuses[status] = (statuses[status] ?? 0) + 1);
  const signIn = async () => {
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await pool.request({ path: '/api/auth/login', method: 'POST', headers, body });
      await answer.body.arrayBuffer();
      note(answer.statusCode);
    } catch {
      note('failed');
    }
  };
  const asked = [];
  await beats(rate, Math.ceil(rate * seconds), () => asked.push(signIn()));
  await Promise.all(asked);
  await pool.close();
  return statuses;
}
