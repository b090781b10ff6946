import { Clock } from '#libs/kernel';
import { Duties } from './duties.js';
import type { Duty } from './duty.js';
import { PersonConditions } from './person.conditions.js';
import type { UserPrincipal } from './principal.js';
import { describeRule, despite, recently, SIGNED_IN } from './rule.js';

const NOW = Date.parse('2026-11-26T12:00:00Z');

class StandingClock extends Clock {
  now(): number {
    return NOW;
  }
}

const person = (facts: Partial<UserPrincipal> = {}): UserPrincipal => ({
  kind: 'user',
  id: '1',
  userId: '1',
  role: 'user',
  sessionId: 's',
  methods: ['pwd'],
  authenticatedAt: new Date(NOW - 60_000),
  isFullyProved: true,
  duties: [],
  ...facts,
});

describe('what a rule asks of a person', () => {
  const conditions = new PersonConditions({ recentSeconds: 900, recentFor: ['api-keys'] }, new StandingClock());
  const refused = (...[rule, who]: Parameters<PersonConditions['refusalOf']>): string | undefined =>
    conditions.refusalOf(rule, who)?.code;

  it.each<[readonly Duty[], readonly Duty[], string | undefined]>([
    [[], [], undefined],
    [['terms'], [], 'terms_not_accepted'],
    [['mfa-setup'], [], 'mfa_setup_required'],
    [['mfa-setup', 'terms'], [], 'mfa_setup_required'],
    [['mfa-setup', 'terms'], ['mfa-setup'], 'terms_not_accepted'],
    [['mfa-setup', 'terms'], ['terms', 'mfa-setup'], undefined],
  ])('with duties %j on a route despite %j: %s', (duties, allowed, code) => {
    expect(refused(despite(SIGNED_IN, ...allowed), person({ duties }))).toBe(code);
  });

  it('is a fresh and full proof for sensitive actions, where the configuration does not say otherwise', () => {
    const [own, keys, others] = [
      recently(SIGNED_IN, 'identity'),
      recently(SIGNED_IN, 'api-keys'),
      recently(SIGNED_IN, 'administration'),
    ];
    const late = person({ authenticatedAt: new Date(NOW - 900_001) });
    expect([own, keys, others].map((rule) => refused(rule, person()))).toEqual([undefined, undefined, undefined]);
    expect([own, keys, others].map((rule) => refused(rule, late))).toEqual([
      'recent_auth_required',
      'recent_auth_required',
      undefined,
    ]);
    expect(refused(own, person({ isFullyProved: false }))).toBe('recent_auth_required');
    expect(refused(SIGNED_IN, late)).toBeUndefined();
  });

  it('stands in the matrix of routes', () => {
    expect(describeRule(recently(despite(SIGNED_IN, 'mfa-setup'), 'identity'))).toBe(
      'signed-in, despite mfa-setup, recently (identity)',
    );
  });
});

describe('duties', () => {
  it('are those that their sources see, in the order in which they are asked for', async () => {
    const duties = new Duties();
    duties.register('terms', () => Promise.resolve(true));
    duties.register('mfa-setup', ({ role }) => role === 'admin');
    expect(await duties.of({ userId: '1', role: 'admin', hasSecondFactor: false })).toEqual(['mfa-setup', 'terms']);
    expect(await duties.of({ userId: '1', role: 'user', hasSecondFactor: false })).toEqual(['terms']);
  });

  it('have one source each', () => {
    const duties = new Duties();
    duties.register('terms', () => true);
    expect(() => duties.register('terms', () => false)).toThrow('terms');
  });

  it('tell when they may have changed', () => {
    const duties = new Duties();
    const heard: (string | undefined)[] = [];
    duties.onChange((userId) => heard.push(userId));
    duties.changed('1');
    duties.changed();
    expect(heard).toEqual(['1', undefined]);
  });
});
