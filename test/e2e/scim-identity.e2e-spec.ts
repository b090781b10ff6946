import { ProvisionedIdentities } from '../../src/auth/federation/identities/provisioned.identities.js';
import { ScimIdentities } from '../../src/scim/scim.identities.js';
import { createApp, type TestApp } from '../support/app.js';
import { cookieOf } from '../support/cookies.js';
import { givenUser } from '../support/given/users.js';
import type { TestHttp } from '../support/http.js';
import { goodFacts, SamlIdp } from '../support/saml-idp.js';

const ORIGIN = 'https://sluice.example';
const USERS = '/scim/v2/Users';

describe('people whom a directory made, at their identity provider', () => {
  const idp = new SamlIdp();
  const environment = {
    PUBLIC_URL: ORIGIN,
    SCIM_IDENTITY_PROVIDER: 'company',
    IDENTITY_PROVIDERS: JSON.stringify([
      {
        slug: 'company',
        kind: 'saml',
        label: 'Company',
        allowPrivate: true,
        allowSignUp: false,
        issuer: idp.entityId,
        entryPoint: idp.entryPoint,
        certificates: idp.credentials.certificate,
      },
    ]),
  };
  let t: TestApp;
  let directory: TestHttp;

  beforeAll(async () => {
    t = await createApp({ environment });
    const admin = await givenUser(t, { role: 'admin' });
    const { body } = await admin.http.post<{ data: { token: string } }>('/api/v1/admin/scim-tokens', { name: 'Okta' });
    directory = t.http.bearer(body.data.token);
  });
  afterAll(() => t.close());

  const create = (userName: string, externalId: string) =>
    directory.post<{ id: string }>(USERS, { userName, externalId });
  /** Comes back from the provider as somebody. */
  const arrive = async (nameId: string) => {
    const left = await t.http.get('/api/auth/saml/company');
    const address = left.headers.get('location') ?? '';
    const metadata = (await t.http.get('/api/auth/saml/company/metadata')).text;
    const acs = `${ORIGIN}/api/auth/saml/company/acs`;
    const facts = {
      nameId,
      recipient: acs,
      audience: acs.replace('/acs', '/metadata'),
      inResponseTo: await idp.requestIdOf(metadata, address),
      email: 'whatever@company.example',
    };
    const xml = idp.signed(goodFacts(facts, t.clock.date()));
    const answer = await t.http.send<{ data?: { user: { id: string } }; error?: { code: string } }>(
      'POST',
      '/api/auth/saml/company/acs',
      {
        body: new URLSearchParams({
          SAMLResponse: Buffer.from(xml).toString('base64'),
          RelayState: new URL(address).searchParams.get('RelayState') ?? '',
        }).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          cookie: `sluice_sign_in=${cookieOf(left, 'sluice_sign_in')?.value ?? ''}`,
        },
      },
    );
    return answer.body.data?.user.id ?? answer.body.error?.code;
  };

  it('sign in as whom the externalId names, before and after their address changes, until the directory lets them go', async () => {
    const { id } = (await create('ada@company.example', 'okta-ada')).body;
    expect(await arrive('okta-ada')).toBe(id);
    expect(await arrive('okta-eve')).toBe('provider_sign_up_closed');
    const path = `${USERS}/${id}`;
    const patch = (operation: object) =>
      directory.patch(path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] });
    await patch({ op: 'replace', path: 'userName', value: 'ada.king@company.example' });
    expect(await arrive('okta-ada')).toBe(id);
    await patch({ op: 'replace', path: 'active', value: false });
    expect(await arrive('okta-ada')).toBe('invalid_credentials');
    await patch({ op: 'replace', path: 'active', value: true });
    await patch({ op: 'replace', path: 'externalId', value: 'okta-ada-2' });
    expect([await arrive('okta-ada'), await arrive('okta-ada-2')]).toEqual(['provider_sign_up_closed', id]);
    await directory.delete(path);
    expect(await arrive('okta-ada-2')).toBe('provider_sign_up_closed');
    const again = (await create('ada.king@company.example', 'okta-ada-2')).body;
    expect(again.id).not.toBe(id);
    expect(await arrive('okta-ada-2')).toBe(again.id);
  });

  it('are refused where somebody else is known by that name already, and nothing is left behind', async () => {
    const { id } = (await create('bob@company.example', 'okta-bob')).body;
    await t.db.query('UPDATE scim_users SET external_id = NULL WHERE id = $1', [id]);
    const refused = await create('rob@company.example', 'okta-bob');
    expect([refused.status, refused.body]).toMatchObject([409, { scimType: 'uniqueness' }]);
    expect((await create('rob@company.example', 'okta-rob')).status).toBe(201);
    expect(await arrive('okta-bob')).toBe(id);
  });

  it('need a provider that there is', () => {
    const identities = t.app.get(ProvisionedIdentities, { strict: false });
    const start = () => new ScimIdentities(identities, { roleGroups: [], identityProvider: 'nobody' });
    expect(start).toThrow('SCIM_IDENTITY_PROVIDER');
  });
});
