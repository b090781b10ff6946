import { type ComponentStatus, Health } from './health.js';

describe('the health of a process', () => {
  const component = (name: string, critical: boolean, status: ComponentStatus) => ({
    name,
    critical,
    check: () => ({ status }),
  });

  it.each([
    ['nothing is wrong', [['db', true, 'ok']], 'ok', true],
    [
      'a helper is down',
      [
        ['db', true, 'ok'],
        ['mail', false, 'down'],
      ],
      'degraded',
      true,
    ],
    ['a helper is degraded', [['keyPool', false, 'degraded']], 'degraded', true],
    ['a critical part is degraded', [['db', true, 'degraded']], 'degraded', true],
    [
      'a critical part is down',
      [
        ['mail', false, 'degraded'],
        ['db', true, 'down'],
      ],
      'down',
      false,
    ],
  ] as const)('when %s', async (_, components, status, ready) => {
    const health = new Health();
    for (const [name, critical, state] of components) health.register(component(name, critical, state));
    expect((await health.report()).status).toBe(status);
    expect(await health.ready()).toBe(ready);
  });

  it('counts a check that throws as down, and does not repeat what it said', async () => {
    const health = new Health();
    health.register({ name: 'db', critical: true, check: () => Promise.reject(new Error('postgres://me:pw@host')) });
    const report = await health.report();
    expect(report.status).toBe('down');
    expect(JSON.stringify(report)).not.toContain('pw');
  });

  it('is not ready while it drains', async () => {
    const health = new Health();
    health.register(component('db', true, 'ok'));
    expect(await health.ready()).toBe(true);
    health.drain();
    expect(await health.ready()).toBe(false);
    expect(health.draining).toBe(true);
  });

  it('counts a check that never answers as down', async () => {
    const health = new Health();
    health.register({ name: 'db', critical: true, check: () => new Promise(() => undefined) });
    expect(await health.report()).toMatchObject({ status: 'down', components: { db: { status: 'down' } } });
  });
});
