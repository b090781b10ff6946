export { Spool } from './spool.js';
export { SpoolFull } from './spool.types.js';
export type { SpoolCodec, SpoolFinding, SpoolOptions } from './spool.types.js';
