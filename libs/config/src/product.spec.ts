import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PRODUCT } from './product.js';

it('has the version of the package', () => {
  const manifest = JSON.parse(readFileSync(resolve(__dirname, '../../../package.json'), 'utf8')) as { version: string };
  expect(PRODUCT.version).toBe(manifest.version);
});
