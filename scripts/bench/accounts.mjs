// What a process and its children have used, as the kernel counts it. Only Linux tells; elsewhere it stays unknown.
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time for user space in hundredths of a second, whatever the kernel's own clock is. */
const TICKS_A_SECOND = 100;

/** @returns seconds of processor time and resident bytes, or undefined where the kernel does not tell */
export function used(pid, { descendants = false } = {}) {
  try {
    const own = usedBy(pid);
    if (!descendants) return own;
    return childrenOf(pid)
      .map((child) => used(child, { descendants }))
      .filter(Boolean)
      .reduce((sum, each) => ({ cpu: sum.cpu + each.cpu, rss: sum.rss + each.rss }), own);
  } catch {
    return undefined;
  }
}

/** The part of all processors that was busy between two looks. */
export function machineLook() {
  try {
    const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].trim().split(/\s+/);
    const [user, nice, system, idle, wait, irq, softirq, steal] = ticks.map(Number);
    return { idle: idle + wait, all: user + nice + system + idle + wait + irq + softirq + steal };
  } catch {
    return undefined;
  }
}

export function busyBetween(before, after) {
  return before && after ? 1 - (after.idle - before.idle) / (after.all - before.all) : undefined;
}

function usedBy(pid) {
  // The name of the program, in brackets, may hold anything; the fields count from behind it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND, rss: Number(rss) * 1024 };
}

function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' '))
    .filter((child) => child !== '');
}
