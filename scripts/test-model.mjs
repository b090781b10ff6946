// `npm run test:model`: explores the larger worlds of the lease protocol, for minutes; the figures go to standard error.
import { main } from './lib/main.mjs';
import { test } from './lib/test.mjs';

process.env.SLUICE_MODEL = 'full';
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --max-old-space-size=8192`.trim();

await main(() => test(['--runInBand', 'test/model']));
