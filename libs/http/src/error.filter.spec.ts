import { toDomainError } from './error.filter.js';

describe('toDomainError', () => {
  it.each([
    ['nobody listens', { code: 'ECONNREFUSED' }],
    ['there is no way', { code: 'EHOSTUNREACH' }],
    ['the network is away', { driverError: { code: 'ENETUNREACH' } }],
    ['the server shuts down', { driverError: { code: '57P01' } }],
    ['every address of it fails', { errors: [{ code: 'ECONNREFUSED' }, { code: 'ETIMEDOUT' }] }],
    ['a pooled connection broke', { message: 'Client has encountered a connection error and is not queryable' }],
  ])('says that the database is away when %s', (_case, thrown) => {
    expect(toDomainError(thrown)).toMatchObject({ code: 'database_unavailable', retryAfterSeconds: 1 });
  });

  it.each([[{ driverError: { code: '23505' } }], [{ code: '5330' }], [new Error('Connection is fine')], ['x'], [null]])(
    'takes %j for a fault of ours',
    (thrown) => {
      expect(toDomainError(thrown).code).toBe('internal_error');
    },
  );
});
