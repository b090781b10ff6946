import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** The project's folder with a closing slash-free path; scripts work from whatever folder they are called in. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const NODE_MODULES = join(ROOT, 'node_modules');
