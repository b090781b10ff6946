import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#libs/config';
import { authConfig } from '../auth.config.js';
import { PasswordHasher } from './password.hasher.js';

describe('password hasher', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-hasher-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  const hasher = (kib: number) =>
    new PasswordHasher(
      loadConfig({ NODE_ENV: 'test', DATA_DIR: dataDir, PASSWORD_HASH_MEMORY_KIB: String(kib) }).get(authConfig),
    );

  it('knows the password again, and no other', async () => {
    const passwords = hasher(1_024);
    const stored = await passwords.hash('Correct-Horse-7-Battery');
    expect(await passwords.verify(stored, 'Correct-Horse-7-Battery')).toBe(true);
    expect(await passwords.verify(stored, 'Correct-Horse-7-battery')).toBe(false);
    expect(await passwords.verify(undefined, 'Correct-Horse-7-Battery')).toBe(false);
    expect(await passwords.verify(null, '')).toBe(false);
  });

  it('finds cheaper and other hashes outdated', async () => {
    const cheap = await hasher(1_024).hash('Correct-Horse-7-Battery');
    expect(hasher(1_024).isOutdated(cheap)).toBe(false);
    expect(hasher(2_048).isOutdated(cheap)).toBe(true);
    expect(hasher(1_024).isOutdated(await hasher(2_048).hash('x'))).toBe(false);
    expect(hasher(1_024).isOutdated('$2b$10$abcdefghijklmnopqrstuv')).toBe(true);
  });

  it('serves a hundred that wait and asks the others to come back', async () => {
    const passwords = hasher(1_024);
    const outcomes = await Promise.allSettled(Array.from({ length: 110 }, () => passwords.hash('x')));
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused).toHaveLength(8);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'sign_in_busy', retryAfterSeconds: 5 });
    await expect(passwords.hash('x')).resolves.toMatch(/^\$argon2id\$/);
  });

  it('leaves room for others beside one network', async () => {
    const passwords = hasher(1_024);
    const many = Promise.allSettled(Array.from({ length: 110 }, () => passwords.verify(null, 'x', '203.0.113.7')));
    await expect(passwords.verify(null, 'x', '203.0.113.8')).resolves.toBe(false);
    expect((await many).filter(({ status }) => status === 'rejected').length).toBeGreaterThan(80);
  });

  it('goes on after a hash that cannot be read', async () => {
    const passwords = hasher(1_024);
    const broken = await Promise.allSettled([1, 2, 3].map(() => passwords.verify('$argon2id$nonsense', 'x')));
    expect(broken.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(passwords.hash('x')).resolves.toMatch(/^\$argon2id\$/);
  });
});
