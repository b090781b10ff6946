import { Failure } from '../lib/say.mjs';
import { readOptions } from '../lib/options.mjs';

export const PARTS = ['throughput', 'latency', 'streams', 'idle', 'two', 'load', 'sign-ins', 'soak'];

const HELP = `Usage: npm run bench:gateway -- [options]

  --only <parts>       some of ${PARTS.join(', ')}, separated by commas
  --rounds <n>         how often each contestant is measured, in turns (3)
  --seconds <n>        length of one measurement (5)
  --connections <n>    connections at saturation (64)
  --soak <n>m          also load Sluice for so long (s, m or h) and watch its memory
  --short              everything, but so briefly that the figures mean little: less than 90 s
  --json <file>        writes what was measured
  --profile <folder>   writes where Sluice's time went at saturation, and prints it by part`;

const EXIT_USAGE = 2;
const UNIT_SECONDS = { s: 1, m: 60, h: 3600 };

/** @returns what the caller wants, or undefined when it was told how to say it */
export function benchOptions(argv) {
  const text = { type: 'string' };
  const options = {
    only: text,
    rounds: text,
    seconds: text,
    connections: text,
    soak: text,
    json: text,
    profile: text,
    short: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  };
  const values = readOptions('npm run bench:gateway', argv, options, 'ask it with --help.');
  if (values.help) {
    console.log(HELP);
    return undefined;
  }
  const { short = false } = values;
  const parts = partsOf(values);
  return {
    short,
    parts,
    rounds: whole(values, 'rounds', short ? 1 : 3),
    seconds: whole(values, 'seconds', short ? 1 : 5),
    connections: whole(values, 'connections', 64),
    soakSeconds: duration(values.soak, short ? 2 : 600),
    json: values.json,
    profile: values.profile,
  };
}

function partsOf({ only, soak, short }) {
  if (only === undefined) return PARTS.filter((part) => part !== 'soak' || soak !== undefined || short);
  const parts = only.split(',').map((part) => part.trim());
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw usage(`--only does not know "${unknown}"; the parts are ${PARTS.join(', ')}`);
  return PARTS.filter((part) => parts.includes(part) || (part === 'soak' && soak !== undefined));
}

function whole(values, name, normally) {
  const value = values[name];
  if (value === undefined) return normally;
  if (!/^[1-9]\d{0,4}$/.test(value)) throw usage(`--${name} takes a whole number, from 1`);
  return Number(value);
}

function duration(value, normally) {
  if (value === undefined) return normally;
  const [, number, unit] = /^([1-9]\d{0,4})([smh])$/.exec(value) ?? [];
  if (number === undefined) throw usage('--soak takes a length of time such as 90s, 10m or 1h');
  return Number(number) * UNIT_SECONDS[unit];
}

function usage(sentence) {
  return new Failure(`${sentence}.`, EXIT_USAGE);
}
