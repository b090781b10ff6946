import { brokenPasswordRules } from './password.policy.js';

const ADA = 'ada.lovelace@example.com';
const broken = (password: string, email = ADA) => brokenPasswordRules(password, email).map(({ rule }) => rule);

describe('password policy', () => {
  it.each([
    ['a good one', 'Correct-Horse-7-Battery', []],
    ['the shortest', 'Zk4-vQ9mLx', []],
    ['one too short', 'Zk4-vQ9mL', ['length']],
    ['the longest', `Zk4-${'vQ9mLxT2'.repeat(15)}wRpK`, []],
    ['one too long', `Zk4-${'vQ9mLxT2'.repeat(15)}wRpKn`, ['length']],
    ['characters outside the first plane count once', 'Zk4-vQ9m😀', ['length']],
    ['without capitals', 'correct-horse-7-battery', ['uppercase']],
    ['without small letters', 'CORRECT-HORSE-7-BATTERY', ['lowercase']],
    ['without digits', 'Correct-Horse-Battery', ['digit']],
    ['without signs', 'CorrectHorse7Battery', ['special']],
    ['a space is a sign', 'Correct Horse 7 Battery', []],
    ['letters of other alphabets', 'Правильный-7-пароль', []],
    ['the classic', 'password1', ['length', 'uppercase', 'special', 'common']],
    ['the classic, dressed up', 'P@ssw0rd123!', ['common']],
    ['a keyboard row', 'Qwertyuiop-1', ['common']],
    ['a season and a year', 'Summer-2026!', ['common']],
    ['one piece again and again', 'Ab1!Ab1!Ab1!', ['common']],
    ['the name part of the address', 'X7-Ada.Lovelace-9', ['personal']],
    ['empty', '', ['length', 'uppercase', 'lowercase', 'digit', 'special']],
  ])('%s', (_case, password, expected) => {
    expect(broken(password)).toEqual(expected);
  });

  it('does not mind a name part that is too short to tell', () => {
    expect(broken('Correct-Horse-7-Battery', 'co@example.com')).toEqual([]);
  });

  it('never repeats the password', () => {
    const password = 'hunter2';
    expect(JSON.stringify(brokenPasswordRules(password, ADA))).not.toContain(password);
  });
});
