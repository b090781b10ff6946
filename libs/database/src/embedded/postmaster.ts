import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.js';
import { errorCode } from './embedded-postgres.errors.js';

/** What `postmaster.pid` says about the server of a data folder. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** As PostgreSQL writes it for pg_ctl: `starting`, `ready`, `standby`, `stopping`. */
  readonly status: string;
}

/** A process as the process table shows it to everyone. */
interface Process {
  readonly pid: number;
  readonly command: string;
}

/** Marks the owner in the server's command line, so that others can tell whether the owner still lives. */
export const OWNER_SETTING = 'sluice.owner';

export async function readPostmaster(dataDir: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? 'starting').trim() };
}

/**
 * The server that runs on the cluster, if any. A pid file alone proves nothing: its process may be gone, be a zombie
 * that nobody has reaped, or be an unrelated one that got the same number.
 */
export async function findServer(cluster: Cluster): Promise<(Postmaster & { ownerAlive: boolean }) | undefined> {
  const postmaster = await readPostmaster(cluster.dataDir);
  if (!postmaster) return undefined;
  const command = await commandOf(postmaster.pid);
  if (command === undefined || !isServer(command, cluster)) return undefined;
  const owner = Number(new RegExp(`${OWNER_SETTING}=(\\d+)`).exec(command)?.[1]);
  return { ...postmaster, ownerAlive: owner > 0 && (await commandOf(owner)) !== undefined };
}

export async function isAlive(pid: number, cluster: Cluster): Promise<boolean> {
  const command = await commandOf(pid);
  return command !== undefined && isServer(command, cluster);
}

/** The port that the last server of this folder had, so that its address stays the same over restarts. */
export async function lastPort(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'postmaster.opts'), 'utf8').catch(() => '');
  const port = Number(/"-p" "(\d+)"/.exec(text)?.[1]);
  return port > 0 ? port : undefined;
}

/**
 * Clears what a killed server left behind and PostgreSQL would stumble over: child processes that have not noticed yet
 * and hold its shared memory, and a pid file whose number a zombie or a stranger has now. Another process may be
 * starting a server at this moment; nothing of a living server is touched.
 */
export async function clearRemains(cluster: Cluster): Promise<void> {
  const stale = await readPostmaster(cluster.dataDir);
  const processes = await listProcesses();
  if (processes.some(({ command }) => isServer(command, cluster))) return;
  const children = processes.filter(({ command }) => command.startsWith(`postgres: ${cluster.name}: `));
  for (const { pid } of children) signal(pid, 'SIGKILL');
  // PostgreSQL itself replaces the file of a number that is free.
  if (stale === undefined || !signal(stale.pid, 0)) return;
  if ((await readPostmaster(cluster.dataDir))?.pid !== stale.pid) return;
  await rm(join(cluster.dataDir, 'postmaster.pid'), { force: true });
}

function isServer(command: string, cluster: Cluster): boolean {
  // The watchdog carries the server's whole command line as its arguments.
  return command.includes(`cluster_name=${cluster.name}`) && !command.startsWith('/bin/sh');
}

/** Sends a signal, 0 to ask only; whether the process exists. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

const run = promisify(execFile);

/** The command line of a living process; `undefined` when it is gone or only a zombie. */
async function commandOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const { stdout } = await run('/bin/ps', ['-o', 'stat=,command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
    const [, state = 'Z', command = ''] = /^\s*(\S+)\s+(.*)/.exec(stdout) ?? [];
    return state.startsWith('Z') ? undefined : command;
  }
  // A zombie has an empty command line, so the state need not be read.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command === '' ? undefined : command.replaceAll('\0', ' ').trim();
}

async function listProcesses(): Promise<Process[]> {
  if (process.platform !== 'linux') {
    const { stdout } = await run('/bin/ps', ['-axo', 'pid=,command=']);
    return [...stdout.matchAll(/^\s*(\d+)\s+(.*)$/gm)].map(([, pid, command = '']) => ({ pid: Number(pid), command }));
  }
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, command: (await commandOf(pid)) ?? '' })));
  return found.filter(({ command }) => command !== '');
}
