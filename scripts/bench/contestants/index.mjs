import { say } from '../../lib/say.mjs';
import { announced } from '../stage.mjs';
import { startNginx } from './nginx.mjs';
import { startPortkey } from './portkey.mjs';
import { SluiceHouse } from './sluice.mjs';

/** Starts everybody who takes part. @returns them in the order of the tables, and who is left out and why */
export async function startContestants(stage, { others }) {
  const provider = stage.fork('scripts/bench/upstream.process.mjs');
  const { url: upstream } = await announced(provider);
  const direct = { name: 'provider alone', url: upstream, headers: {}, pid: provider.pid };
  const house = await SluiceHouse.open(stage, upstream);
  const contestants = [direct];
  const leftOut = {};
  const add = (name, contestant) => {
    if (typeof contestant !== 'string') return contestants.push(contestant);
    leftOut[name] = contestant;
    return say(`${name} is left out: ${contestant}.`);
  };
  if (others) add('nginx', await startNginx(stage, upstream));
  const bare = stage.fork('scripts/bench/contestants/bare-proxy.process.mjs', [upstream]);
  contestants.push({ name: 'bare Node proxy', url: (await announced(bare)).url, headers: {}, pid: bare.pid });
  if (others) add('Portkey', await startPortkey(stage, upstream));
  const sluice = await house.start('Sluice');
  contestants.push(sluice);
  return { direct, sluice, house, contestants, leftOut };
}
