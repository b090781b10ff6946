import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatorProcess } from './simulator.process.js';

describe('SimulatorProcess', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-simulator-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = async (script: string): Promise<SimulatorProcess> => {
    const entry = join(folder, 'entry.cjs');
    writeFileSync(entry, script);
    return SimulatorProcess.start(entry);
  };

  it('stops one that runs', async () => {
    const simulator = await start("process.send({ simulator: { url: 'http://here' } }); setInterval(() => {}, 1_000);");
    expect(simulator.url).toBe('http://here');
    await simulator.stop();
  });

  it('has nothing to wait for when it was killed', async () => {
    const simulator = await start(
      "process.send({ simulator: { url: 'http://here' } }, () => process.kill(process.pid, 'SIGKILL'));",
    );
    await simulator.ended;
    await expect(simulator.stop()).resolves.toBeUndefined();
  });

  it('does not wait for one that ends instead of starting', async () => {
    const startedAt = performance.now();
    await expect(start('process.exit(3);')).rejects.toThrow('The simulated provider did not start.');
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });
});
