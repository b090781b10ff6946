import { defineErrors, DomainError, errorCatalogue } from './domain-error.js';

describe('defineErrors', () => {
  const errors = defineErrors({ spec_sample: ['conflict', 'Sample.'] });

  it('makes an error with its code, kind and sentence', () => {
    const error = errors.spec_sample({ param: 'name' });
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ code: 'spec_sample', kind: 'conflict', message: 'Sample.', param: 'name' });
  });

  it('lists every declared code once', () => {
    expect(errorCatalogue().filter(({ code }) => code === 'spec_sample')).toHaveLength(1);
  });

  it('refuses a code that is declared twice with different meanings', () => {
    expect(() => defineErrors({ spec_sample: ['invalid', 'Other.'] })).toThrow(/declared twice/);
  });
});
