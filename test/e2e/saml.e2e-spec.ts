import { JobRunner } from '#libs/jobs';
import { DomainError } from '#libs/kernel';
import { IdentityProviders } from '../../src/auth/federation/identity-providers.js';
import { removeOutdatedAssertions } from '../../src/auth/federation/saml/saml.jobs.js';
import { SamlProtocol } from '../../src/auth/federation/saml/saml.protocol.js';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { cookieOf } from '../support/cookies.js';
import { goodFacts, RSA_SHA256, SamlIdp, type SamlFacts, unsigned } from '../support/saml-idp.js';
import { selfSigned } from '../support/self-signed.js';

const ORIGIN = 'https://sluice.example';
const ACS = `${ORIGIN}/api/auth/saml/company/acs`;
const ENTITY = `${ORIGIN}/api/auth/saml/company/metadata`;
const ASSERTION = /<saml:Assertion [^]*<\/saml:Assertion>/;
const SIGNATURE = /<ds:Signature [^]*?<\/ds:Signature>/;
const base64 = (xml: string): string => Buffer.from(xml).toString('base64');

const EMAIL_ADDRESS = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
const withoutFormat = (facts: SamlFacts): string =>
  unsigned(facts).replace(/<saml:NameID Format="[^"]*">/, '<saml:NameID>');

describe('signing in by SAML', () => {
  const idp = new SamlIdp();
  let t: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    const provider = {
      kind: 'saml',
      allowPrivate: true,
      issuer: idp.entityId,
      entryPoint: idp.entryPoint,
      certificates: idp.credentials.certificate,
    };
    const environment = {
      JWT_SECRET: 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa',
      PUBLIC_URL: ORIGIN,
      IDENTITY_PROVIDERS: JSON.stringify([
        { ...provider, slug: 'company', label: 'Company', roleMapping: { chiefs: 'admin' } },
        { ...provider, slug: 'strict', label: 'Strict', wantResponseSigned: true },
        { ...provider, slug: 'lenient', label: 'Lenient', allowUnspecifiedNameId: true },
      ]),
    };
    t = await createApp({ environment });
    other = await createApp({ environment, databaseUrl: t.databaseUrl });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  const facts = (over: Partial<SamlFacts> = {}): SamlFacts =>
    goodFacts({ recipient: ACS, audience: ENTITY, inResponseTo: '_asked', ...over }, t.clock.date());
  /** A browser that was sent to the provider. */
  const begun = async (app = t) => {
    const answer = await app.http.get('/api/auth/saml/company?returnTo=/models');
    const address = answer.headers.get('location') ?? '';
    const cookie = `sluice_sign_in=${cookieOf(answer, 'sluice_sign_in')?.value ?? ''}`;
    const relayState = new URL(address).searchParams.get('RelayState') ?? '';
    const metadata = (await app.http.get('/api/auth/saml/company/metadata')).text;
    return { answer, address, cookie, relayState, inResponseTo: await idp.requestIdOf(metadata, address) };
  };
  const post = (xml: string, relayState: string, cookie: string, app = t, accept = 'application/json') =>
    app.http.send('POST', '/api/auth/saml/company/acs', {
      body: new URLSearchParams({ SAMLResponse: base64(xml), RelayState: relayState }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept, cookie },
    });
  const judged = async (xml: string, { slug = 'company', app = t } = {}): Promise<string> => {
    const provider = app.app.get(IdentityProviders, { strict: false }).get(slug);
    const secrets = { state: 'state', verifier: 'verifier', nonce: 'asked' };
    try {
      const protocol = app.app.get(SamlProtocol, { strict: false });
      const answer = { SAMLResponse: base64(xml) };
      return (await protocol.finish(provider, answer, secrets, `${ORIGIN}/api/auth/saml/${slug}/acs`)).subject;
    } catch (error) {
      return error instanceof DomainError ? error.code : String(error);
    }
  };
  const REFUSED = 'identity_provider_untrusted';

  it('A-32 opens a session for a signed assertion, on whichever replica, once and in the same browser', async () => {
    const { answer, address, cookie, relayState, inResponseTo } = await begun();
    expect(answer.status).toBe(303);
    expect(address.startsWith(`${idp.entryPoint}?SAMLRequest=`)).toBe(true);
    const xml = idp.signed(facts({ inResponseTo, groups: ['engineers', 'chiefs'] }));
    const elsewhere = await post(xml, relayState, `sluice_sign_in=${'b'.repeat(43)}`, other);
    expect([elsewhere.status, elsewhere.body]).toMatchObject([400, { error: { code: 'sign_in_flow_unknown' } }]);
    let home = elsewhere;
    const rows = await auditedBy(t, async () => {
      home = await post(xml, relayState, cookie, other, 'text/html');
    });
    expect(rows.map(({ action }) => action)).toEqual(['USER_CREATED', 'IDENTITY_LINKED', 'SIGNED_IN']);
    expect([home.status, home.headers.get('location')]).toEqual([303, `${ORIGIN}/models`]);
    const refresh = cookieOf(home, 'sluice_refresh')?.value ?? '';
    expect(refresh).not.toBe('');
    const { rows: known } = await t.db.query(
      'SELECT role, provider, issuer, subject FROM users JOIN identities ON user_id = users.id',
    );
    expect(known).toEqual([
      { role: 'admin', provider: 'company', issuer: `saml:${idp.entityId}`, subject: 'persistent-name-of-ada' },
    ]);
    expect((await post(xml, relayState, cookie)).status).toBe(400);
    const again = await begun(other);
    const demoted = idp.signed(facts({ inResponseTo: again.inResponseTo, email: 'changed@company.example' }));
    expect((await post(demoted, again.relayState, again.cookie)).status).toBe(200);
    expect((await t.db.query('SELECT 1 FROM users JOIN identities ON user_id = users.id')).rowCount).toBe(1);
  });

  it('A-32 refuses with 401 what is unsigned, tampered with, expired or replayed', async () => {
    const answers: [string, (facts: SamlFacts) => string][] = [
      ['unsigned', unsigned],
      ['tampered', (given) => idp.signed(given).replace('name-of-ada', 'name-of-bob')],
      ['expired', (given) => idp.signed({ ...given, notOnOrAfter: new Date(t.clock.now() - 60_000) })],
      ['of another request', (given) => idp.signed({ ...given, inResponseTo: '_another' })],
    ];
    for (const [name, make] of answers) {
      const { inResponseTo, relayState, cookie } = await begun();
      const answer = await post(make(facts({ inResponseTo })), relayState, cookie);
      expect([name, answer.status, answer.body]).toMatchObject([name, 401, { error: { code: REFUSED } }]);
      expect(cookieOf(answer, 'sluice_refresh')).toBeUndefined();
    }
    const xml = idp.signed(facts());
    const both = await Promise.all([judged(xml), judged(xml, { app: other }), judged(xml), judged(xml)]);
    expect(both.filter((outcome) => outcome !== REFUSED)).toEqual(['persistent-name-of-ada']);
    expect(await judged(xml, { app: other })).toBe(REFUSED);
    await t.app.get(JobRunner).run(removeOutdatedAssertions);
    expect(await judged(xml)).toBe(REFUSED);
  });

  it('A-32 takes nothing that nobody asked for, and what a provider must sign as a whole only so', async () => {
    const { cookie } = await begun();
    expect((await post(idp.signed(facts({ inResponseTo: undefined })), '', cookie)).status).toBe(400);
    const strict = {
      recipient: `${ORIGIN}/api/auth/saml/strict/acs`,
      audience: `${ORIGIN}/api/auth/saml/strict/metadata`,
    };
    expect(await judged(idp.signed(facts(strict)), { slug: 'strict' })).toBe(REFUSED);
    expect(await judged(idp.signed(facts(strict), { whole: true }), { slug: 'strict' })).toBe('persistent-name-of-ada');
    expect(await judged(idp.signed(facts()), { slug: 'strict' })).toBe(REFUSED);
  });

  it('A-32 takes a name of no format only where the operator says that it lasts, and never an address', async () => {
    const lenient = {
      recipient: `${ORIGIN}/api/auth/saml/lenient/acs`,
      audience: `${ORIGIN}/api/auth/saml/lenient/metadata`,
    };
    const outcomeOf = (nameIdFormat: string) =>
      judged(idp.signed(facts({ ...lenient, nameIdFormat })), { slug: 'lenient' });
    expect(await outcomeOf(UNSPECIFIED)).toBe('persistent-name-of-ada');
    expect(await outcomeOf(EMAIL_ADDRESS)).toBe(REFUSED);
  });

  it('A-32 tells providers what they have to know, and hides the button where there is OpenID Connect', async () => {
    const { text, headers } = await t.http.get('/api/auth/saml/company/metadata');
    expect(headers.get('content-type')).toContain('samlmetadata+xml');
    expect(text).toContain(`entityID="${ENTITY}"`);
    expect(text).toContain(ACS);
    expect(text).toContain('WantAssertionsSigned="true"');
    expect((await t.http.get('/api/auth/saml/nobody')).status).toBe(404);
    expect((await t.http.get('/api/auth/saml/company?returnTo=//evil.example')).status).toBe(400);
    expect((await t.http.get('/api/v1/config')).text).toContain('"slug":"company"');
    const oidc = {
      slug: 'oidc',
      kind: 'oidc',
      label: 'O',
      issuer: 'https://id.example',
      clientId: 'c',
      clientSecret: 's-e-c-r-e-t',
    };
    const saml = {
      slug: 'company',
      kind: 'saml',
      label: 'C',
      issuer: 'i',
      entryPoint: 'https://id.example/sso',
      certificates: idp.credentials.certificate,
    };
    const both = await createApp({
      databaseUrl: t.databaseUrl,
      environment: { PUBLIC_URL: ORIGIN, IDENTITY_PROVIDERS: JSON.stringify([oidc, saml]) },
    });
    try {
      const { text: shown } = await both.http.get('/api/v1/config');
      expect(shown).toContain('"slug":"oidc"');
      expect(shown).not.toContain('"slug":"company"');
    } finally {
      await both.close();
    }
  });

  const good = (): string => idp.signed(facts());
  const evil = (): string => (ASSERTION.exec(unsigned(facts({ nameId: 'somebody-else' }))) ?? [''])[0];
  const parts = (xml: string): { assertion: string; signature: string; bare: string } => {
    const [assertion = ''] = ASSERTION.exec(xml) ?? [];
    const [signature = ''] = SIGNATURE.exec(assertion) ?? [];
    return { assertion, signature, bare: assertion.replace(signature, '') };
  };
  const swapped = (make: (original: ReturnType<typeof parts>, evil: string) => string): string => {
    const xml = good();
    return xml.replace(ASSERTION, () => make(parts(xml), evil()));
  };
  const wholeSwapped = (make: (response: string, signature: string) => string): string => {
    const xml = idp.signed(facts(), { whole: true });
    const [signature = ''] = SIGNATURE.exec(xml) ?? [];
    return make(xml, signature);
  };
  const inside = (element: string, more: string): string =>
    element.replace(/<\/saml:Assertion>$/, `${more}</saml:Assertion>`);
  const withSignature = (element: string, signature: string): string =>
    element.replace('</saml:Issuer>', `</saml:Issuer>${signature}`);
  const stranger = selfSigned('idp.example.com');
  const later = (seconds: number): Date => new Date(t.clock.now() + seconds * 1_000);

  it.each<[string, () => string]>([
    ['no signature', () => unsigned(facts())],
    ['a signature that was taken away', () => good().replace(SIGNATURE, '')],
    ['a signature without a value', () => good().replace(/(<ds:SignatureValue>)[^<]+/, '$1')],
    ['another name', () => good().replace('persistent-name-of-ada', 'persistent-name-of-eve')],
    ['another group', () => good().replace('engineers', 'chiefs')],
    ['a comment in the name', () => good().replace('name-of-ada', 'name<!---->-of-ada')],
    ['a comment elsewhere', () => good().replace('<saml:Subject>', '<saml:Subject><!-- x -->')],
    ['character data', () => good().replace('persistent-name-of-ada', '<![CDATA[persistent-name-of-ada]]>')],
    ['a processing instruction', () => good().replace('<saml:Subject>', '<saml:Subject><?x y?>')],
    ['a document type', () => `<!DOCTYPE x [<!ENTITY e "x">]>${good()}`],
    ['an external entity', () => `<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x">${good()}`],
    [
      'entities that grow',
      () => `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${good().replace('engineers', '&b;')}`,
    ],
    ['two assertions', () => good().replace(ASSERTION, (one) => one + one)],
    ['a forged assertion after', () => swapped(({ assertion }, forged) => assertion + forged)],
    [
      'two ids alike',
      () =>
        good()
          .replace(/ID="_response-\d+"/, (id) => `${id} x="1"`)
          .replace(/<saml:Subject>/, (tag) =>
            tag.replace('>', ` ID="${/ID="(_assertion[^"]+)"/.exec(good())?.[1] ?? ''}">`),
          ),
    ],
    [
      'XSW1: the signed response within the signature',
      () =>
        wholeSwapped((xml, signature) =>
          xml
            .replace(signature, signature.replace('</ds:Signature>', `<ds:Object>${xml}</ds:Object></ds:Signature>`))
            .replace(/ID="_response-/, 'ID="_forged-'),
        ),
    ],
    [
      'XSW2: the signed response beside the signature',
      () =>
        wholeSwapped((xml, signature) =>
          xml
            .replace(signature, () => xml.replace(signature, '') + signature)
            .replace(/ID="_response-/, 'ID="_forged-'),
        ),
    ],
    ['XSW3: a forged assertion before', () => swapped(({ assertion }, forged) => forged + assertion)],
    [
      'XSW4: the signed assertion within a forged one',
      () => swapped(({ assertion }, forged) => inside(forged, assertion)),
    ],
    [
      'XSW5: the signature in a forged assertion',
      () => swapped(({ signature, bare }, forged) => withSignature(forged, signature) + bare),
    ],
    [
      'XSW6: the signed assertion within the signature in a forged one',
      () =>
        swapped(({ signature, bare }, forged) =>
          withSignature(forged, signature.replace('</ds:Signature>', `${bare}</ds:Signature>`)),
        ),
    ],
    [
      'XSW7: a forged assertion in an extension',
      () => good().replace('<samlp:Status>', `<samlp:Extensions>${evil()}</samlp:Extensions><samlp:Status>`),
    ],
    [
      'XSW8: the signed assertion as an object of the signature',
      () =>
        swapped(({ signature, bare }, forged) =>
          withSignature(forged, signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`)),
        ),
    ],
    ['a forged assertion in a signed response', () => wholeSwapped((xml) => xml.replace(ASSERTION, () => evil()))],
    [
      'another assertion in a signed response',
      () =>
        wholeSwapped((xml) =>
          xml.replace(ASSERTION, () => parts(idp.signed(facts({ inResponseTo: '_another' }))).assertion),
        ),
    ],
    ['a response alone that is signed', () => idp.sign(unsigned(facts()), "/*[local-name(.)='Response']")],
    [
      'a signature of the response in another place',
      () => wholeSwapped((xml, signature) => xml.replace(signature, '').replace(/(?=<saml:Issuer>)/, () => signature)),
    ],
    ['a signature of the assertion in another place', () => swapped(({ signature, bare }) => inside(bare, signature))],
    [
      'two lists of what is signed',
      () => good().replace(/<ds:SignedInfo>[^]*<\/ds:SignedInfo>/, (list) => list + list),
    ],
    ['two references', () => good().replace(/<ds:Reference [^]*<\/ds:Reference>/, (one) => one + one)],
    ['SHA-1', () => idp.signed(facts(), { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' })],
    ['a secret in the place of a key', () => good().replace(RSA_SHA256, 'http://www.w3.org/2000/09/xmldsig#hmac-sha1')],
    [
      'a transformation',
      () =>
        good().replace(
          'http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>',
          'http://www.w3.org/TR/1999/REC-xslt-19991116"/></ds:Transforms>',
        ),
    ],
    ['the key of a stranger', () => idp.signed(facts(), { key: stranger })],
    ['no certificate', () => idp.signed(facts(), { key: stranger }).replace(/<ds:KeyInfo>[^]*<\/ds:KeyInfo>/, '')],
    ['another destination', () => idp.signed(facts({ destination: 'https://other.example/acs' }))],
    ['another recipient', () => idp.signed(facts({ recipient: 'https://other.example/acs', destination: ACS }))],
    ['another audience', () => idp.signed(facts({ audience: 'https://other.example' }))],
    ['another request', () => idp.signed(facts({ inResponseTo: '_another' }))],
    ['no request', () => idp.signed(facts({ inResponseTo: undefined }))],
    ['another issuer', () => idp.signed(facts({ issuer: 'https://other.example' }))],
    ['an end that is past', () => idp.signed(facts({ notOnOrAfter: later(-31) }))],
    ['a beginning that is to come', () => idp.signed(facts({ notBefore: later(31) }))],
    ['an end that never comes', () => idp.signed(facts({ notOnOrAfter: later(90_000) }))],
    [
      'a moment that is none',
      () =>
        idp.sign(
          unsigned(facts()).replaceAll(/NotOnOrAfter="[^"]*"/g, 'NotOnOrAfter="never"'),
          "/*/*[local-name(.)='Assertion']",
        ),
    ],
    [
      'no end',
      () => idp.sign(unsigned(facts()).replaceAll(/ NotOnOrAfter="[^"]*"/g, ''), "/*/*[local-name(.)='Assertion']"),
    ],
    [
      'no audience',
      () =>
        idp.sign(
          unsigned(facts()).replace(/<saml:AudienceRestriction>[^]*<\/saml:AudienceRestriction>/, ''),
          "/*/*[local-name(.)='Assertion']",
        ),
    ],
    ['a name that may be given away', () => idp.signed(facts({ nameIdFormat: EMAIL_ADDRESS }))],
    ['a name that it does not call lasting', () => idp.signed(facts({ nameIdFormat: UNSPECIFIED }))],
    ['a name without a format', () => idp.sign(withoutFormat(facts()), "/*/*[local-name(.)='Assertion']")],
    [
      'a name for this time alone',
      () => idp.signed(facts({ nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' })),
    ],
    [
      'a holder of a key',
      () => idp.sign(unsigned(facts()).replace('cm:bearer', 'cm:holder-of-key'), "/*/*[local-name(.)='Assertion']"),
    ],
    ['nothing', () => ''],
    ['no XML', () => 'SAMLResponse'],
    ['a response that does not end', () => good().slice(0, -20)],
    ['too much', () => idp.signed(facts({ groups: Array.from({ length: 20_000 }, (_, at) => `group-${at}`) }))],
    ['width', () => good().replace('engineers', '<a/>'.repeat(40_000))],
    ['depth', () => good().replace('engineers', `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`)],
  ])('A-32 refuses %s', async (_case, make) => {
    expect(await judged(make())).toBe(REFUSED);
  });

  it('A-32 believes the same answers where nothing is wrong with them', async () => {
    expect(await judged(good())).toBe('persistent-name-of-ada');
    expect(await judged(idp.signed(facts(), { whole: true }))).toBe('persistent-name-of-ada');
    expect(await judged(`<?xml version="1.0" encoding="UTF-8"?>\n${good()}`)).toBe('persistent-name-of-ada');
    expect(await judged(idp.signed(facts({ notOnOrAfter: later(-29), notBefore: later(-60) })))).toBe(
      'persistent-name-of-ada',
    );
    expect(await judged(swapped(({ assertion }) => assertion))).toBe('persistent-name-of-ada');
    const groups = Array.from({ length: 1_000 }, (_, at) => `group-${at}`);
    expect(await judged(idp.signed(facts({ groups })))).toBe('persistent-name-of-ada');
  });

  it('A-32 refuses each of 2,000 answers that somebody changed, and then believes what they were made of', async () => {
    const strict = {
      recipient: `${ORIGIN}/api/auth/saml/strict/acs`,
      audience: `${ORIGIN}/api/auth/saml/strict/metadata`,
    };
    const xml = idp.signed(facts(strict), { whole: true, bare: true });
    const mutants = [...different(1_700, xml, character), ...different(300, xml, element)];
    expect(mutants).toHaveLength(2_000);
    const accepted: string[] = [];
    for (const mutant of mutants) if ((await judged(mutant, { slug: 'strict' })) !== REFUSED) accepted.push(mutant);
    expect(accepted).toEqual([]);
    expect(await judged(xml, { slug: 'strict' })).toBe('persistent-name-of-ada');
  }, 300_000);
});

let seed = 42;
/** A number from 0 up to this one, the same in each run (mulberry32). */
const random = (below: number): number => {
  seed = (seed + 0x6d_2b_79_f5) | 0;
  const mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  const more = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((more ^ (more >>> 14)) >>> 0) % below;
};

/** So many changes of a text, no two of them alike. */
function different(count: number, xml: string, changeOf: (xml: string) => () => string): Set<string> {
  const change = changeOf(xml);
  const found = new Set<string>();
  for (let tries = 0; found.size < count && tries < 10 * count; tries += 1) {
    const mutant = change();
    if (mutant !== xml) found.add(mutant);
  }
  return found;
}

/** One letter or digit of a value is another one. The last of a base64 text may say less than a letter. */
function character(xml: string): () => string {
  const places = [...xml.matchAll(/(?<=[>"][^<>"]*)[A-Za-z0-9](?=[^<>"]{3,}[<"])/g)].map(({ index }) => index);
  return () => {
    const at = places[random(places.length)] ?? 0;
    return xml.slice(0, at) + ('abcdefghijklmnopqrstuvwxyz0123456789'[random(36)] ?? 'a') + xml.slice(at + 1);
  };
}

/** An element is gone, is there twice, or is elsewhere. */
function element(xml: string): () => string {
  const every = /(?=(<([a-z]+:[A-Za-z]+)(?:\s[^<>]*?)?(?:\/>|>[^]*?<\/\2>)))/g;
  const found = [...xml.matchAll(every)].map(({ index, 1: text = '' }) => ({ from: index, length: text.length }));
  const places = [...xml.matchAll(/<[a-z]+:/g)].map(({ index }) => index);
  return () => {
    const { from, length } = found[random(found.length)] ?? { from: 0, length: 0 };
    const text = xml.slice(from, from + length);
    const without = xml.slice(0, from) + xml.slice(from + length);
    const to = places[random(places.length)] ?? 0;
    const how = random(3);
    if (how === 0) return without;
    return how === 1 ? xml.slice(0, to) + text + xml.slice(to) : without.slice(0, to) + text + without.slice(to);
  };
}
