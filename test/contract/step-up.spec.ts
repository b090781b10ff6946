import { isForPeople, permissionCatalogue, Routes } from '#libs/access';
import { createApp, type TestApp } from '../support/app.js';

const MONEY = 'on money and not on access: programs of the operator do it with a personal access token';
const OPERATIONS = 'on providers and not on people: programs of the operator do it with a personal access token';
const ENDS = 'only ends what somebody has: that must not wait for a proof when something was stolen';

/** What administrators change without a recent proof, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'POST /api/v1/admin/api-keys/:id/reset-spend': MONEY,
  'DELETE /api/v1/admin/invitations/:id': ENDS,
  'DELETE /api/v1/admin/model-aliases/:alias': OPERATIONS,
  'PUT /api/v1/admin/model-aliases/:alias': OPERATIONS,
  'PUT /api/v1/admin/models/:id/fallbacks': OPERATIONS,
  'POST /api/v1/admin/models/:id/prices': MONEY,
  'DELETE /api/v1/admin/models/:id/prices/:priceId': MONEY,
  'POST /api/v1/admin/providers': OPERATIONS,
  'DELETE /api/v1/admin/providers/:id': OPERATIONS,
  'PATCH /api/v1/admin/providers/:id': OPERATIONS,
  'POST /api/v1/admin/providers/:id/keys': OPERATIONS,
  'DELETE /api/v1/admin/providers/:id/keys/:keyId': OPERATIONS,
  'PATCH /api/v1/admin/providers/:id/keys/:keyId': OPERATIONS,
  'POST /api/v1/admin/providers/:id/keys/:keyId/circuit/reset': OPERATIONS,
  'POST /api/v1/admin/providers/:id/keys/:keyId/test': OPERATIONS,
  'POST /api/v1/admin/providers/:id/keys/import': OPERATIONS,
  'PUT /api/v1/admin/providers/:id/rotation': OPERATIONS,
  'POST /api/v1/admin/retention/run': 'does what a job does every day',
  'DELETE /api/v1/admin/scim-tokens/:id': ENDS,
  'POST /api/v1/admin/usage/re-rate': MONEY,
  'POST /api/v1/admin/users/:id/balance': MONEY,
  'PUT /api/v1/admin/users/:id/balance': MONEY,
  'PATCH /api/v1/admin/users/:id/budget-limits': MONEY,
  'POST /api/v1/admin/users/:id/reset-spend': MONEY,
  'DELETE /api/v1/admin/users/:id/sessions': ENDS,
  'DELETE /api/v1/admin/users/:id/sessions/:sessionId': ENDS,
  'PATCH /api/v1/branding': 'the looks of the console',
  'PATCH /api/v1/subscriptions/:id': MONEY,
  'POST /api/v1/teams': 'a team of whoever makes it',
  'DELETE /api/v1/teams/:id': ENDS,
  'PATCH /api/v1/teams/:id': MONEY,
};

describe('routes by which administrators change something', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp();
  });
  afterAll(() => t.close());

  it('A-37 take a recent proof, or are on the list with a reason', () => {
    const forAdministrators = new Set(
      permissionCatalogue()
        .filter(({ roles }) => roles.length === 1 && roles[0] === 'admin')
        .map(({ permission }) => permission),
    );
    const unproved = t.app
      .get(Routes)
      .list()
      .filter(({ method, rule }) => {
        if (method === 'GET' || method === 'HEAD' || rule === undefined || !isForPeople(rule)) return false;
        return rule.kind === 'permission' && forAdministrators.has(rule.permission) && rule.recent === undefined;
      })
      .map(({ method, path }) => `${method} ${path}`);
    expect(unproved.sort()).toEqual(Object.keys(EXCEPTIONS).sort());
  });
});
