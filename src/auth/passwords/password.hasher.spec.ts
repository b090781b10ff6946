import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash as bcrypt } from 'bcryptjs';
import { loadConfig } from '#libs/config';
import { authConfig } from '../auth.config.js';
import { HashingThreads } from './hashing.threads.js';
import { PasswordHasher } from './password.hasher.js';

describe('password hasher', () => {
  let dataDir: string;
  const threads = new HashingThreads();
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-hasher-'));
  });
  afterAll(async () => {
    await threads.onModuleDestroy();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const hasher = (kib: number) =>
    new PasswordHasher(
      loadConfig({ NODE_ENV: 'test', DATA_DIR: dataDir, PASSWORD_HASH_MEMORY_KIB: String(kib) }).get(authConfig),
      threads,
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

  it('keeps the event loop free, of old hashes too, and stands back on Linux', async () => {
    const stored = await bcrypt('Legacy-Password-1', 9);
    let longest = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const passwords = hasher(65_536);
    const started = performance.now();
    await Promise.all([passwords.verify(stored, 'Legacy-Password-1'), passwords.hash('x'), passwords.hash('x')]);
    const took = performance.now() - started;
    clearInterval(watch);
    expect(longest).toBeLessThan(took / 2);
    if (process.platform !== 'linux') return;
    const levels = readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)));
    expect(Math.max(...levels)).toBe(10);
    expect(getPriority(process.pid)).toBeLessThan(10);
  });

  it('goes on after a thread has ended', async () => {
    const own = new HashingThreads();
    const task = { kind: 'hash', password: 'x', memoryKib: 65_536, passes: 3, lanes: 2 } as const;
    const lost = own.run(task);
    await own.onModuleDestroy();
    await expect(lost).rejects.toThrow('The hashing thread ended');
    await expect(own.run({ ...task, memoryKib: 1_024 })).resolves.toMatch(/^\$argon2id\$/);
    await own.onModuleDestroy();
  });
});
