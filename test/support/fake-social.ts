import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, exportPKCS8, generateKeyPair, jwtVerify, SignJWT } from 'jose';

export const SOCIAL_KINDS = ['github', 'discord', 'facebook', 'google', 'gitlab', 'microsoft', 'apple'] as const;
export type SocialKind = (typeof SOCIAL_KINDS)[number];

/** Who approves at the providers. */
export interface SocialPerson {
  /** Digits. */
  readonly id: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly name: string;
  readonly groups?: readonly string[];
}

/** What a provider answers instead of the truth. */
interface Override {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Grant {
  readonly kind: SocialKind;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string;
  readonly scopes: readonly string[];
  readonly person: SocialPerson;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const SECRET = 'a-secret-of-the-client';
const json = (body: unknown, status = 200): Answer => ({ status, body });

/**
 * The seven well-known providers on loopback, each in its real wire shape. What a client does wrong it refuses as they
 * do: another redirect address, a code that was used, a verifier that does not fit, a wrong secret.
 */
export class FakeSocial {
  person: SocialPerson = { id: '1', name: 'Nobody' };
  /** Whether the person says no. */
  denies = false;
  /** What was asked, newest last: `POST /github/login/oauth/access_token`. */
  readonly requests: string[] = [];
  private readonly overrides = new Map<string, Override>();
  private readonly codes = new Map<string, Grant>();
  private readonly tokens = new Map<string, Grant>();
  private readonly met = new Set<string>();
  private server: Server;

  private constructor(
    private readonly signing: { privateKey: CryptoKey; publicKey: CryptoKey },
    private readonly apple: { privateKey: CryptoKey; publicKey: CryptoKey },
  ) {}

  static async start(): Promise<FakeSocial> {
    const [signing, apple] = await Promise.all([
      generateKeyPair('RS256', { extractable: true }),
      generateKeyPair('ES256', { extractable: true }),
    ]);
    const fake = new FakeSocial(signing, apple);
    fake.server = createServer((request, response) => void fake.serve(request, response));
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** An entry of IDENTITY_PROVIDERS: the preset of the kind, with its endpoints here. */
  async provider(kind: SocialKind, more: object = {}): Promise<object> {
    const base = `${this.url}/${kind}`;
    const common = { slug: kind, kind, label: kind, allowPrivate: true, clientId: `client-at-${kind}`, ...more };
    const client = { clientSecret: SECRET };
    switch (kind) {
      case 'github':
        return {
          ...client,
          authorizationUrl: `${base}/login/oauth/authorize`,
          tokenUrl: `${base}/login/oauth/access_token`,
          userUrl: `${base}/api/user`,
          emailsUrl: `${base}/api/user/emails`,
          groupsUrl: `${base}/api/user/orgs?per_page=100`,
          issuer: base,
          ...common,
        };
      case 'discord':
        return {
          ...client,
          authorizationUrl: `${base}/oauth2/authorize`,
          tokenUrl: `${base}/api/oauth2/token`,
          userUrl: `${base}/api/users/@me`,
          groupsUrl: `${base}/api/users/@me/guilds`,
          issuer: base,
          ...common,
        };
      case 'facebook':
        return {
          ...client,
          authorizationUrl: `${base}/v23.0/dialog/oauth`,
          tokenUrl: `${base}/v23.0/oauth/access_token`,
          userUrl: `${base}/v23.0/me?fields=id,name,email`,
          issuer: base,
          ...common,
        };
      case 'apple': {
        const privateKey = await exportPKCS8(this.apple.privateKey);
        return { issuer: base, teamId: 'TEAM123456', keyId: 'KEY1234567', privateKey, ...common };
      }
      case 'microsoft':
        return { ...client, tenant: TENANT, issuer: base, ...common };
      default:
        return { ...client, issuer: base, ...common };
    }
  }

  /** The next answer at an address that ends so is this one. */
  override(suffix: string, answer: Override): void {
    this.overrides.set(suffix, answer);
  }

  /** What it sends to its clients when somebody is signed out there. */
  logoutToken(kind: SocialKind, subject: string): Promise<string> {
    return new SignJWT({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })
      .setProtectedHeader({ alg: 'RS256', kid: kind, typ: 'logout+jwt' })
      .setIssuer(`${this.url}/${kind}`)
      .setSubject(subject)
      .setAudience(`client-at-${kind}`)
      .setIssuedAt()
      .setJti(randomBytes(8).toString('hex'))
      .setExpirationTime('2m')
      .sign(this.signing.privateKey);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method ?? ''} ${url.pathname}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = new URLSearchParams(Buffer.concat(chunks).toString());
    const suffix = [...this.overrides.keys()].find((each) => url.pathname.endsWith(each));
    const override = suffix === undefined ? undefined : this.overrides.get(suffix);
    if (suffix !== undefined) this.overrides.delete(suffix);
    const answer: Answer = override
      ? { status: override.status ?? 200, body: override.body, headers: override.headers ?? {} }
      : await this.answer(request, url, body);
    const isText = typeof answer.body === 'string';
    response.writeHead(answer.status, { 'content-type': isText ? 'text/html' : 'application/json', ...answer.headers });
    response.end(isText ? answer.body : JSON.stringify(answer.body));
  }

  private async answer(request: IncomingMessage, url: URL, body: URLSearchParams): Promise<Answer> {
    const [, kind = '', ...rest] = url.pathname.split('/');
    const path = rest.join('/');
    const social = SOCIAL_KINDS.find((each) => each === kind);
    if (!social) return json({ error: 'not found' }, 404);
    if (/authorize$|dialog\/oauth$/.test(path)) return this.authorize(social, url);
    if (path.endsWith('token')) return this.token(social, request, body);
    if (path === '.well-known/openid-configuration') return json(this.discovery(social));
    if (path === 'jwks') {
      return json({ keys: [{ ...(await exportJWK(this.signing.publicKey)), kid: kind, use: 'sig', alg: 'RS256' }] });
    }
    return this.api(path, request);
  }

  private authorize(kind: SocialKind, { searchParams }: URL): Answer {
    const get = (name: string) => searchParams.get(name) ?? '';
    const redirectUri = get('redirect_uri');
    const wrong =
      get('client_id') !== `client-at-${kind}` ||
      get('response_type') !== 'code' ||
      redirectUri !== `https://sluice.test/api/auth/callback/${kind}` ||
      get('code_challenge_method') !== 'S256';
    if (wrong) return { status: 400, body: '<p>This application is not set up as it says.</p>' };
    const state = get('state');
    if (this.denies) {
      return { status: 302, body: '', headers: { location: `${redirectUri}?error=access_denied&state=${state}` } };
    }
    const code = randomBytes(16).toString('hex');
    const scopes = get('scope').split(/[ ,]/);
    this.codes.set(code, {
      kind,
      redirectUri,
      challenge: get('code_challenge'),
      nonce: get('nonce'),
      scopes,
      person: this.person,
    });
    if (kind !== 'apple') {
      // Google names itself and more; whoever reads the answer must not mind.
      const more = kind === 'google' ? '&scope=email+openid&authuser=0&prompt=none' : '';
      return { status: 302, body: '', headers: { location: `${redirectUri}?code=${code}&state=${state}${more}` } };
    }
    if (get('response_mode') !== 'form_post') return { status: 400, body: '<p>response_mode must be form_post</p>' };
    return { status: 200, body: this.appleForm(redirectUri, { code, state }) };
  }

  /** Apple tells the name the first time only. */
  private appleForm(action: string, fields: Record<string, string>): string {
    const { id, name, email } = this.person;
    const [firstName = '', lastName = ''] = name.split(' ');
    const user: Record<string, string> = this.met.has(id)
      ? {}
      : { user: JSON.stringify({ name: { firstName, lastName }, email }) };
    this.met.add(id);
    const inputs = Object.entries({ ...fields, ...user }).map(
      ([key, value]) => `<input type="hidden" name="${key}" value="${value.replaceAll('"', '&quot;')}">`,
    );
    return `<form method="post" action="${action}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`;
  }

  private async token(kind: SocialKind, request: IncomingMessage, body: URLSearchParams): Promise<Answer> {
    const grant = this.codes.get(body.get('code') ?? '');
    this.codes.delete(body.get('code') ?? '');
    const fits =
      createHash('sha256')
        .update(body.get('code_verifier') ?? '')
        .digest('base64url') === grant?.challenge;
    const isRight =
      grant?.kind === kind &&
      fits &&
      body.get('redirect_uri') === grant.redirectUri &&
      (await this.isClient(kind, request, body));
    if (!grant || !isRight) {
      // GitHub says so with a status of success.
      return kind === 'github' ? json({ error: 'bad_verification_code' }) : json({ error: 'invalid_grant' }, 400);
    }
    const token = randomBytes(16).toString('hex');
    this.tokens.set(token, grant);
    const common = { access_token: token, token_type: 'Bearer', expires_in: 3_600, scope: grant.scopes.join(' ') };
    if (kind === 'github') {
      if (!request.headers.accept?.includes('application/json')) {
        return {
          status: 200,
          body: `access_token=${token}`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        };
      }
      return json({ access_token: token, token_type: 'bearer', scope: grant.scopes.join(',') });
    }
    if (kind === 'discord' || kind === 'facebook') return json(common);
    return json({ ...common, id_token: await this.idToken(grant) });
  }

  private async isClient(kind: SocialKind, { headers }: IncomingMessage, body: URLSearchParams): Promise<boolean> {
    if (kind === 'apple') return this.isApple(body);
    // Each half is encoded as a form's field is (RFC 6749, 2.3.1).
    const [, basic = ''] = (headers.authorization ?? '').split(' ');
    const pair = Buffer.from(basic, 'base64')
      .toString()
      .split(':')
      .map((half) => decodeURIComponent(half));
    return (
      pair.join(':') === `client-at-${kind}:${SECRET}` ||
      (body.get('client_id') === `client-at-${kind}` && body.get('client_secret') === SECRET)
    );
  }

  private async isApple(body: URLSearchParams): Promise<boolean> {
    const { payload, protectedHeader } = await jwtVerify(body.get('client_secret') ?? '', this.apple.publicKey, {
      algorithms: ['ES256'],
      issuer: 'TEAM123456',
      subject: 'client-at-apple',
      audience: `${this.url}/apple`,
      requiredClaims: ['iat', 'exp'],
    });
    return protectedHeader.kid === 'KEY1234567' && Number(payload.exp) - Number(payload.iat) <= 15_777_000;
  }

  private idToken({ kind, nonce, person }: Grant): Promise<string> {
    const { id, email, emailVerified = true, name, groups = [] } = person;
    const claims: Record<string, object> = {
      google: {
        email,
        email_verified: emailVerified,
        name,
        azp: 'client-at-google',
        ...(groups[0] ? { hd: groups[0] } : {}),
      },
      // The rest is at the userinfo endpoint.
      gitlab: { sub_legacy: 'abc', groups_direct: groups },
      microsoft: { email, name, preferred_username: email, oid: id, tid: TENANT, ver: '2.0' },
      apple: { email, email_verified: String(emailVerified), is_private_email: 'false', nonce_supported: true },
    };
    return new SignJWT({ ...claims[kind], nonce })
      .setProtectedHeader({ alg: 'RS256', kid: kind, typ: 'JWT' })
      .setIssuer(`${this.url}/${kind}`)
      .setSubject(id)
      .setAudience(`client-at-${kind}`)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(this.signing.privateKey);
  }

  private discovery(kind: SocialKind): object {
    const base = `${this.url}/${kind}`;
    return {
      issuer: base,
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/token`,
      jwks_uri: `${base}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      ...(kind === 'apple' ? {} : { userinfo_endpoint: `${base}/userinfo` }),
    };
  }

  private api(path: string, { headers }: IncomingMessage): Answer {
    const grant = this.tokens.get((headers.authorization ?? '').replace('Bearer ', ''));
    if (!grant) return json({ message: 'Bad credentials' }, 401);
    const { id, email, emailVerified = true, name, groups = [] } = grant.person;
    const answers: Record<string, unknown> = {
      // The public address of a profile is whatever its owner wrote there.
      'api/user': { id: Number(id), login: name.split(' ')[0]?.toLowerCase(), name, email: 'public@example.com' },
      'api/user/emails': [
        { email: 'second@example.com', primary: false, verified: true, visibility: null },
        ...(email === undefined ? [] : [{ email, primary: true, verified: emailVerified, visibility: 'private' }]),
      ],
      'api/user/orgs': groups.map((login, index) => ({ id: index + 1, login })),
      'api/users/@me': {
        id,
        username: 'nick',
        global_name: name,
        email: email ?? null,
        verified: emailVerified,
        discriminator: '0',
      },
      'api/users/@me/guilds': groups.map((group) => ({ id: group, name: `Guild ${group}` })),
      'v23.0/me': { id, name, ...(email === undefined ? {} : { email }) },
      userinfo: { sub: id, email, email_verified: emailVerified, name, nickname: 'nick', groups },
    };
    return path in answers ? json(answers[path]) : json({ message: 'Not Found' }, 404);
  }
}
