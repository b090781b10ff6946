// Given to a gateway with `--import`: its wall clock is as many milliseconds ahead as a file says, from the moment
// that the file says so. Durations are measured by another clock, which a machine does not shift either.
import { readFileSync } from 'node:fs';

const LOOK_MS = 20;
const RealDate = globalThis.Date;
let aheadMs = 0;

setInterval(() => {
  try {
    aheadMs = Number(readFileSync(process.env.SLUICE_TEST_CLOCK_FILE, 'utf8'));
  } catch {
    aheadMs = 0;
  }
}, LOOK_MS).unref();

globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + aheadMs);
    else super(...args);
  }

  static now() {
    return RealDate.now() + aheadMs;
  }
};
