import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Who signs in there. */
export interface OpPerson {
  readonly sub: string;
  readonly email: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

/** A certified OpenID provider on loopback. Whoever comes is the person that is set, and agrees to everything. */
export class HonestOp {
  person: OpPerson = { sub: 'nobody', email: 'nobody@example.com' };
  /** Answers nothing while it is down. */
  down = false;
  readonly requests: string[] = [];
  /** Where the client really wants to be told that somebody was signed out. */
  tells = '';
  /** What the client answered. */
  readonly told: number[] = [];

  private constructor(
    private readonly server: Server,
    private readonly provider: Provider,
    private readonly people: Map<string, OpPerson>,
    readonly url: string,
  ) {}

  static async start(redirectUris: readonly string[]): Promise<HonestOp> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const people = new Map<string, OpPerson>();
    // It warns of what nobody should do in production, which this is not.
    const warnings = jest.spyOn(console, 'warn').mockImplementation();
    const provider = new Provider(url, {
      clients: [
        {
          client_id: 'sluice',
          client_secret: 'a-secret-of-the-client',
          redirect_uris: [...redirectUris],
          backchannel_logout_uri: 'https://sluice.test/told',
        },
      ],
      cookies: { keys: ['a-key-for-cookies-of-the-op'] },
      pkce: { required: () => true },
      scopes: ['openid', 'email', 'profile', 'groups'],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
      // It would not dial this machine by itself.
      fetch: async (_url, options) => {
        const { headers = {}, body = null } = options ?? {};
        const answer = await fetch(op.tells, { method: 'POST', headers, body });
        op.told.push(answer.status);
        return answer;
      },
      features: {
        devInteractions: { enabled: false },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource: (context, form) => {
            const yes = '<input type="hidden" name="logout" value="yes"/></form>';
            context.body = `${form.replace('</form>', yes)}<script>document.forms[0].submit()</script>`;
          },
          postLogoutSuccessSource: (context) => {
            context.body = '<p>Bye.</p>';
          },
        },
      },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      ttl: { Session: 60, Interaction: 60, Grant: 60, AccessToken: 60, IdToken: 60 },
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ ...people.get(id), sub: id }) }),
    });
    warnings.mockRestore();
    const op = new HonestOp(server, provider, people, url);
    const handle = provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      op.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      if (op.down) response.destroy();
      else if (request.url?.startsWith('/interaction/')) void op.agree(request, response);
      else void handle(request, response);
    });
    return op;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async agree(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, session, grantId } = await this.provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      const { person } = this;
      this.people.set(person.sub, person);
      return this.provider.interactionFinished(request, response, {
        login: { accountId: person.sub, amr: ['pwd', 'otp'] },
      });
    }
    const accountId = session?.accountId ?? '';
    const known = grantId === undefined ? undefined : await this.provider.Grant.find(grantId);
    const grant = known ?? new this.provider.Grant({ accountId, clientId: String(params['client_id']) });
    grant.addOIDCScope(String(params['scope']));
    return this.provider.interactionFinished(
      request,
      response,
      { consent: { grantId: await grant.save() } },
      { mergeWithLastSubmission: true },
    );
  }
}
