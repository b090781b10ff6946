// Where a process's time goes, by part, from a CPU profile: `node scripts/bench/profile.mjs FILE`, or the run of
// `npm run bench:gateway -- --profile FOLDER`, which takes one of Sluice under full load, without its start.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const MODULES = /\/node_modules\/(?:\.pnpm\/[^/]+\/node_modules\/)?(@[^/]+\/[^/]+|[^/]+)\//g;
const WRITES = /^(?:writev|writeBuffer|write(?:Utf8|Latin1|Ascii|Ucs2)String)$/;
/** What the process did not do for its callers: nothing, and taking this profile. */
const isLeftOut = ({ functionName, url }) => functionName === '(idle)' || url.startsWith('node:inspector');

/** The named parts; whatever package is not among them goes by its own name. */
const PARTS = {
  '@nestjs/common': 'the framework',
  '@nestjs/core': 'the framework',
  '@nestjs/platform-fastify': 'the framework',
  'find-my-way': 'fastify',
  'light-my-request': 'fastify',
  'fast-querystring': 'fastify',
  'secure-json-parse': 'fastify',
  '@fastify/middie': 'fastify',
  '@fastify/cors': 'fastify',
  '@fastify/cookie': 'fastify',
  'pg-protocol': 'pg',
  'pg-pool': 'pg',
  'pg-types': 'pg',
};

function partOf({ functionName, url }) {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (WRITES.test(functionName) && !url.startsWith('file:')) return 'writing to sockets and files';
  const [, name] = [...url.matchAll(MODULES)].at(-1) ?? [];
  if (name) return PARTS[name] ?? name;
  if (/\/dist\/(?:src|libs)\//.test(url)) return "Sluice's own code";
  if (/^node:(?:_http|internal\/http|net|internal\/net|stream|internal\/streams|_stream|internal\/stream)/.test(url)) {
    return "Node's HTTP and stream layers";
  }
  if (url.startsWith('node:')) return 'the rest of Node';
  return 'engine and microtasks';
}

function placeOf({ functionName, url, lineNumber }) {
  const file = url.replace(/^.*\/(?=node_modules\/|dist\/)/, '');
  return `${functionName || '(anonymous)'} ${file === '' ? '' : `${file}:${lineNumber + 1}`}`.trim();
}

/** @returns shares of the time in which the process did something */
export function summarise({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const self = new Map();
  samples.forEach((id, index) => self.set(id, (self.get(id) ?? 0) + timeDeltas[index]));
  const leftOut = nodes.filter(({ callFrame }) => isLeftOut(callFrame)).map(({ id }) => id);
  const all = [...self.values()].reduce((sum, each) => sum + each, 0);
  const busy = all - leftOut.reduce((sum, id) => sum + (self.get(id) ?? 0), 0);
  const parts = new Map();
  const functions = new Map();
  const own = new Map();
  const add = (map, key, micros) => map.set(key, (map.get(key) ?? 0) + micros);
  const walk = (node, above) => {
    const { callFrame } = node;
    if (isLeftOut(callFrame)) return 0;
    const micros = self.get(node.id) ?? 0;
    const place = placeOf(callFrame);
    add(parts, partOf(callFrame), micros);
    add(functions, place, micros);
    // A function that calls itself counts once.
    const counts = callFrame.url.includes('/dist/') && !callFrame.url.includes('/node_modules/') && !above.has(place);
    const within = counts ? new Set([...above, place]) : above;
    const total = (node.children ?? []).reduce((sum, id) => sum + walk(byId.get(id), within), micros);
    if (counts) add(own, place, total);
    return total;
  };
  walk(nodes[0], new Set());
  const shares = (map, most) =>
    [...map]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, micros]) => ({ name, share: micros / busy }));
  return {
    busyPart: busy / all,
    parts: shares(parts, 16),
    functions: shares(functions, 25),
    ownWithCallees: shares(own, 40),
  };
}

export function printProfile(file) {
  const { busyPart, parts, functions, ownWithCallees } = summarise(JSON.parse(readFileSync(file, 'utf8')));
  const percent = (share) => `${(share * 100).toFixed(1)} %`;
  const print = (title, rows) => {
    console.log(`\n${title}`);
    for (const { name, share } of rows) console.log(`  ${percent(share).padStart(7)}  ${name}`);
  };
  console.log(`\nWhere the time goes (${file}; idle or taking it for ${percent(1 - busyPart)}, left out)`);
  print('By part, by itself:', parts);
  print('By function, by itself:', functions);
  print("Sluice's functions, callees included:", ownWithCallees);
  return { busyPart, parts, functions, ownWithCallees };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const file of process.argv.slice(2)) printProfile(file);
}
