import { execFileSync } from 'node:child_process';
import { say } from '../../lib/say.mjs';
import { used } from '../accounts.mjs';
import { probe } from '../contestants/sluice.mjs';
import { MIB, shown } from '../statistics.mjs';

const WANTED = 9_500;
const BRIEFLY = 1_000;
/** In Sluice a stream is a connection to its caller and one to the provider; the rest is for all others. */
const FILES = { ofStream: 2, others: 500 };
const REST_MS = { normal: 3_000, short: 800 };
const KIB = 1024;

/** What a stream that is open and silent takes, in a process of Sluice that has streamed before and done nothing else. */
export async function idle({ stage, driver, house, options }) {
  const count = Math.min(options.short ? BRIEFLY : WANTED, mostStreams());
  if (!options.short && count < WANTED) say(`idle: only ${count} streams, for want of file descriptors (ulimit -n)`);
  const sluice = await house.start('Sluice-idle');
  try {
    // The first streams bring code and pools with them that belong to no stream.
    await opened(driver, sluice, Math.min(500, count));
    await driver('releaseIdle', {}, 60);
    const before = await memory(sluice, options);
    const { open, failed } = await opened(driver, sluice, count);
    const during = await memory(sluice, options);
    const { still } = await driver('releaseIdle', {}, 60);
    const after = await memory(sluice, options);
    const each = (key) => (during[key] - before[key]) / open / KIB;
    const figures = {
      open,
      failed,
      stillOpenAtEnd: still,
      rssKiB: each('rss'),
      heapKiB: each('heapUsed'),
      externalKiB: each('external'),
      residentMiB: during.rss / MIB,
      residentAfterMiB: after.rss / MIB,
    };
    const table = [
      {
        'idle streams': open,
        failed,
        'broken meanwhile': open - still,
        'KiB resident each': shown(figures.rssKiB, 1),
        'KiB heap each': shown(figures.heapKiB, 1),
        'KiB outside the heap each': shown(figures.externalKiB, 1),
        'resident MiB': shown(figures.residentMiB, 0),
        'resident MiB afterwards': shown(figures.residentAfterMiB, 0),
      },
    ];
    return { title: 'Idle streams in one process', table, figures, before, during, after };
  } finally {
    await stage.end(sluice.child);
  }
}

function opened(driver, { url, headers }, count) {
  return driver('holdIdle', { url, headers, count }, 180);
}

/** After everything that a call begins with is over, and after a collection. */
async function memory(sluice, { short }) {
  await new Promise((resolve) => setTimeout(resolve, short ? REST_MS.short : REST_MS.normal));
  await probe(sluice, 'memory');
  const { heapUsed, external, rss } = await probe(sluice, 'memory');
  return { heapUsed, external, rss: used(sluice.pid)?.rss ?? rss };
}

/** Node takes as many files as the hard limit allows. */
function mostStreams() {
  try {
    const limit = execFileSync('/bin/sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
    return limit === 'unlimited' ? WANTED : Math.floor((Number(limit) - FILES.others) / FILES.ofStream);
  } catch {
    return WANTED;
  }
}
