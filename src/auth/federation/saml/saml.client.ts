import type { SAML, SamlConfig } from '@node-saml/node-saml';
import type { SamlSettings } from '../providers/identity-provider.js';
import { readAssertion, type SamlAssertion } from './saml.assertion.js';
import { screened } from './saml.screen.js';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const DESTINATION = /<(?:[^\s<>/:]+:)?Response\b[^>]*?\sDestination\s*=\s*(?:"([^"]*)"|'([^']*)')/;

/** Speaks SAML 2.0 with one provider: what we ask, what we tell of ourselves, and what of an answer is signed. */
export class SamlClient {
  /** What we call ourselves. */
  readonly entityId: string;

  /** @param acsUrl where the provider sends people to */
  constructor(
    private readonly settings: SamlSettings,
    readonly acsUrl: string,
  ) {
    this.entityId = settings.entityId ?? acsUrl.replace(/\/acs$/, '/metadata');
  }

  async metadata(): Promise<string> {
    const saml = await this.saml();
    return saml.generateServiceProviderMetadata(null, null);
  }

  /** @returns where to send the browser */
  async requestUrl(requestId: string, relayState: string): Promise<URL> {
    const saml = await this.saml(requestId);
    return new URL(await saml.getAuthorizeUrlAsync(relayState, undefined, {}));
  }

  /**
   * What the provider signed, and nothing else of what came. Whether it is meant for us, now and once, is not judged
   * here.
   *
   * @returns undefined when nothing is signed as it must be
   */
  async verified(response: string): Promise<SamlAssertion | undefined> {
    const xml = screened(response);
    if (xml === undefined) return undefined;
    const [, double, single] = DESTINATION.exec(xml) ?? [];
    const destination = double ?? single;
    if (destination !== undefined && destination !== this.acsUrl) return undefined;
    const SAMLResponse = Buffer.from(xml, 'utf8').toString('base64');
    try {
      const saml = await this.saml();
      const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
      return readAssertion(profile?.getAssertion?.());
    } catch {
      // It says in many words what is wrong with it; the person who sent it need not know.
      return undefined;
    }
  }

  private async saml(requestId?: string): Promise<SAML> {
    // Whoever has no such provider does not carry three parsers of XML around.
    const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml');
    const { settings } = this;
    const options: SamlConfig = {
      issuer: this.entityId,
      callbackUrl: this.acsUrl,
      entryPoint: settings.entryPoint,
      idpCert: [...settings.certificates],
      idpIssuer: settings.issuer,
      audience: this.entityId,
      identifierFormat: PERSISTENT,
      disableRequestedAuthnContext: true,
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: settings.wantsResponseSigned,
      // Which request it answers and when it is good is judged by our own clock and our own memory.
      validateInResponseTo: ValidateInResponseTo.never,
      acceptedClockSkewMs: -1,
      ...(requestId === undefined ? {} : { generateUniqueId: () => requestId }),
    };
    return new SAML(options);
  }
}
