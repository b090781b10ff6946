import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export type Claims = Record<string, unknown>;

/** What the provider knows when it lies. */
export interface Scene {
  readonly op: HostileOp;
  /** What was asked of the authorisation endpoint. */
  readonly asked: URLSearchParams;
  /** The claims of an honest token. */
  readonly claims: Claims;
  /** Signs as an honest provider does. */
  sign(claims: Claims, header?: Record<string, unknown>): Promise<string>;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** How to lie, endpoint by endpoint; what is left out is honest. */
export interface Attack {
  discovery?(document: Record<string, unknown>, op: HostileOp): Reply;
  /** Changes what goes back in the address. */
  answer?(parameters: URLSearchParams, scene: Scene): void;
  idToken?(scene: Scene): unknown;
  token?(body: Record<string, unknown>, scene: Scene): Reply;
  keys?(keys: JWK[], op: HostileOp): Reply;
  userinfo?(claims: Claims): Reply;
}

export function newKeys(): Promise<KeyPair> {
  return generateKeyPair('RS256', { extractable: true });
}

/** An OpenID provider that does what it should, except for what an attack says. */
export class HostileOp {
  attack: Attack = {};
  /** Who signs in. */
  subject = 'victim';
  /** The name by which this server calls itself. */
  issuer = '';
  /** The name of the key that signs. */
  kid = 'key-1';
  /** How often each path was asked for. */
  readonly asked = new Map<string, number>();
  /** Every code, with what was asked for it. */
  readonly codes = new Map<string, URLSearchParams>();
  private server: Server;

  private constructor(public keys: KeyPair) {}

  /** @param keys those of another one, to save the time of making some */
  static async start(keys?: KeyPair): Promise<HostileOp> {
    const op = new HostileOp(keys ?? (await newKeys()));
    op.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '/', op.url);
        void op.serve(url, new URLSearchParams(Buffer.concat(chunks).toString()), response);
      });
    });
    await new Promise<void>((resolve) => op.server.listen(0, '127.0.0.1', resolve));
    op.issuer = op.url;
    return op;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  sign(claims: Claims, header: Record<string, unknown> = {}): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: this.kid, typ: 'JWT', ...header })
      .sign(this.keys.privateKey, { crit: { b64: true, exp: true } });
  }

  private async serve(url: URL, body: URLSearchParams, response: ServerResponse): Promise<void> {
    this.asked.set(url.pathname, (this.asked.get(url.pathname) ?? 0) + 1);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return this.discovery(response);
      case '/authorize':
        return this.authorize(url, response);
      case '/token':
        return this.token(body, response);
      case '/jwks':
        return this.jwks(response);
      case '/userinfo':
        return reply(response, this.attack.userinfo?.({ sub: this.subject }) ?? { body: { sub: this.subject } });
      default:
        return reply(response, { status: 404, body: {} });
    }
  }

  private discovery(response: ServerResponse): void {
    const document = {
      issuer: this.issuer,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      jwks_uri: `${this.url}/jwks`,
      userinfo_endpoint: `${this.url}/userinfo`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none', 'ES256'],
      authorization_response_iss_parameter_supported: true,
    };
    reply(response, this.attack.discovery?.(document, this) ?? { body: document });
  }

  private authorize({ searchParams }: URL, response: ServerResponse): void {
    const code = crypto.randomUUID();
    this.codes.set(code, searchParams);
    const back = new URL(searchParams.get('redirect_uri') ?? '');
    const parameters = new URLSearchParams({ code, state: searchParams.get('state') ?? '', iss: this.issuer });
    this.attack.answer?.(parameters, this.scene(searchParams));
    back.search = parameters.toString();
    response.writeHead(302, { location: back.href }).end();
  }

  private async token(body: URLSearchParams, response: ServerResponse): Promise<void> {
    const asked = this.codes.get(body.get('code') ?? '') ?? new URLSearchParams();
    const scene = this.scene(asked);
    const idToken: unknown = await Promise.resolve(this.attack.idToken?.(scene) ?? scene.sign(scene.claims));
    const answer = { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 300, id_token: idToken };
    reply(response, this.attack.token?.(answer, scene) ?? { body: answer });
  }

  private async jwks(response: ServerResponse): Promise<void> {
    const keys = [{ ...(await exportJWK(this.keys.publicKey)), kid: this.kid, use: 'sig', alg: 'RS256' }];
    reply(response, this.attack.keys?.(keys, this) ?? { body: { keys } });
  }

  private scene(asked: URLSearchParams): Scene {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: this.issuer,
      sub: this.subject,
      aud: 'sluice',
      nonce: asked.get('nonce'),
      iat: now,
      exp: now + 300,
      email: `${this.subject}@example.com`,
      email_verified: true,
    };
    return { op: this, asked, claims, sign: (changed, header) => this.sign(changed, header) };
  }
}

function reply(response: ServerResponse, { status = 200, headers = {}, body = '' }: Reply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}
