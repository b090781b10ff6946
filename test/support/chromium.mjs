// Finds a Chromium that starts, and says which; run as a process of its own, because what it uses is of another module
// system than the tests. The one that npm brings along needs nothing of the machine but its C library.
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

async function fromNpm() {
  const about = new URL('../../node_modules/@sparticuz/chromium/package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(about, 'utf8'));
  const folder = join(tmpdir(), `sluice-chromium-${version}`);
  if (!existsSync(folder)) {
    const draft = mkdtempSync(join(tmpdir(), 'sluice-chromium-draft-'));
    const before = { ...process.env };
    // Where it believes to be, the archive with its libraries is unpacked as well.
    Object.assign(process.env, { TMPDIR: draft, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' });
    const { default: packed } = await import('@sparticuz/chromium');
    await packed.executablePath();
    delete process.env.TMPDIR;
    Object.assign(process.env, before);
    try {
      renameSync(draft, folder);
    } catch {
      // Another process was faster.
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return { executable: join(folder, 'chromium'), libraries: join(folder, 'al2023', 'lib') };
}

async function starts({ executable, libraries }) {
  const env = { ...process.env, LD_LIBRARY_PATH: libraries };
  const browser = await chromium.launch({ executablePath: executable, args: ['--headless', '--no-sandbox'], env });
  await browser.close();
}

const reasons = [];
const isServed = process.platform === 'linux' && process.arch === 'x64';
const candidates = [
  ...(isServed ? [fromNpm] : []),
  ...SYSTEM.filter((path) => existsSync(path)).map((executable) => () => ({ executable, libraries: '' })),
];
for (const candidate of candidates) {
  try {
    const found = await candidate();
    await starts(found);
    console.log(JSON.stringify(found));
    process.exit(0);
  } catch (error) {
    reasons.push(String(error).split('\n')[0]);
  }
}
console.log(
  JSON.stringify({ reason: reasons.join('; ') || `npm has no Chromium for ${process.platform} ${process.arch}` }),
);
