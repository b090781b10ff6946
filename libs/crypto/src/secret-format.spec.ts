import { SecretFormat } from './secret-format.js';

describe('SecretFormat', () => {
  const format = new SecretFormat('sk-test-');
  const { value, display } = format.issue();

  it('issues secrets that it recognises, each different', () => {
    expect(value.startsWith(`${display}_`)).toBe(true);
    expect(format.isWellFormed(value)).toBe(true);
    expect(new Set(Array.from({ length: 1_000 }, () => format.issue().value)).size).toBe(1_000);
  });

  it('refuses a secret with any one character changed, cut or added', () => {
    for (let i = 0; i < value.length; i += 1) {
      const changed = value.slice(0, i) + (value[i] === 'x' ? 'y' : 'x') + value.slice(i + 1);
      expect(format.isWellFormed(changed)).toBe(false);
    }
    for (const other of ['', value.slice(0, -1), `${value}0`, ` ${value}`, `${value}\n`]) {
      expect(format.isWellFormed(other)).toBe(false);
    }
  });

  it('refuses the secrets of another family', () => {
    expect(new SecretFormat('slp_').isWellFormed(value)).toBe(false);
  });
});
