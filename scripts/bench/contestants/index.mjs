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
  const contestants = [direct];
  const leftOut = {};
  const add = (name, contestant) => {
    if (typeof contestant !== 'string') return contestants.push(contestant);
    leftOut[name] = contestant;
    return say(`${name} is left out: ${contestant}.`);
  };
  const none = async () => undefined;
  const [house, nginx, portkey] = await Promise.all([
    SluiceHouse.open(stage, upstream),
    (others ? startNginx : none)(stage, upstream),
    (others ? startPortkey : none)(stage, upstream),
  ]);
  if (others) add('nginx', nginx);
  const bare = stage.fork('scripts/bench/contestants/bare-proxy.process.mjs', [upstream]);
  contestants.push({ name: 'bare Node proxy', url: (await announced(bare)).url, headers: {}, pid: bare.pid });
  if (others) add('Portkey', portkey);
  const sluice = await house.start('Sluice');
  contestants.push(sluice);
  return { direct, sluice, house, contestants, leftOut };
}
