import * as samlify from 'samlify';
import { type SelfSigned, selfSigned } from './self-signed.js';

/** What a response says. */
export interface SamlFacts {
  readonly id: string;
  readonly responseId: string;
  readonly issuer: string;
  readonly nameId: string;
  readonly nameIdFormat: string;
  /** Undefined for a response that nobody asked for. */
  readonly inResponseTo: string | undefined;
  readonly destination: string;
  readonly recipient: string;
  readonly audience: string;
  readonly issuedAt: Date;
  readonly notBefore: Date;
  readonly notOnOrAfter: Date;
  readonly email: string;
  readonly groups: readonly string[];
}

const ASSERTION = "/*[local-name(.)='Response']/*[local-name(.)='Assertion']";
const RESPONSE = "/*[local-name(.)='Response']";
const TRANSFORMS = ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'];
/** The certificate that comes along with a signature. */
const KEY_INFO = /<ds:KeyInfo>[^]*?<\/ds:KeyInfo>/g;
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

let responses = 0;

/** An identity provider that speaks SAML: what it signs, samlify signs, and what it reads, samlify reads. */
export class SamlIdp {
  readonly entryPoint = 'http://127.0.0.1:9/sso';

  constructor(
    readonly entityId = 'https://idp.example.com/metadata',
    readonly credentials: SelfSigned = selfSigned('idp.example.com'),
  ) {
    samlify.setSchemaValidator({ validate: () => Promise.resolve('not asked') });
  }

  /** The id of the request with which a service provider sent a browser here. */
  async requestIdOf(serviceProviderMetadata: string, address: string): Promise<string> {
    const idp = samlify.IdentityProvider({
      entityID: this.entityId,
      singleSignOnService: [{ Binding: samlify.Constants.namespace.binding.redirect, Location: this.entryPoint }],
      singleLogoutService: [{ Binding: samlify.Constants.namespace.binding.redirect, Location: this.entryPoint }],
    });
    const sp = samlify.ServiceProvider({ metadata: serviceProviderMetadata });
    const query = Object.fromEntries(new URL(address).searchParams);
    const { extract } = await idp.parseLoginRequest(sp, 'redirect', { query });
    return (extract as { request: { id: string } }).request.id;
  }

  /** A response in XML whose assertion is signed, and the whole of it as well; bare, no certificate comes along. */
  signed(
    facts: SamlFacts,
    { algorithm = RSA_SHA256, whole = false, key = this.credentials, bare = false } = {},
  ): string {
    const dressed = (xml: string): string => (bare ? xml.replaceAll(KEY_INFO, '') : xml);
    const assertion = dressed(this.sign(unsigned(facts), ASSERTION, algorithm, key));
    return whole ? dressed(this.sign(assertion, RESPONSE, algorithm, key)) : assertion;
  }

  /** Signs an element of any XML. */
  sign(xml: string, element: string, algorithm = RSA_SHA256, { key, certificate } = this.credentials): string {
    return samlify.SamlLib.constructSAMLSignature({
      rawSamlMessage: xml,
      referenceTagXPath: element,
      privateKey: key,
      signatureAlgorithm: algorithm,
      signingCert: certificate.replaceAll(/-----[^-]+-----|\s/g, ''),
      transformationAlgorithms: TRANSFORMS,
      isBase64Output: false,
      signatureConfig: {
        prefix: 'ds',
        location: { reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' },
      },
    });
  }
}

/** Facts that a service provider must believe. */
export function goodFacts(
  over: Partial<SamlFacts> & Pick<SamlFacts, 'recipient' | 'audience' | 'inResponseTo'>,
  now: Date,
): SamlFacts {
  responses += 1;
  return {
    id: `_assertion-${responses}-${Math.random().toString(36).slice(2)}`,
    responseId: `_response-${responses}`,
    issuer: 'https://idp.example.com/metadata',
    nameId: 'persistent-name-of-ada',
    nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    destination: over.recipient,
    issuedAt: now,
    notBefore: new Date(now.getTime() - 5_000),
    notOnOrAfter: new Date(now.getTime() + 300_000),
    email: 'ada@company.example',
    groups: ['engineers'],
    ...over,
  };
}

/** The XML of a response without a signature. */
export function unsigned(facts: SamlFacts): string {
  const moment = (date: Date): string => date.toISOString();
  const answers = facts.inResponseTo === undefined ? '' : ` InResponseTo="${facts.inResponseTo}"`;
  const attribute = (name: string, values: readonly string[]): string =>
    `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`;
  return (
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${facts.responseId}" Version="2.0" IssueInstant="${moment(facts.issuedAt)}" Destination="${facts.destination}"${answers}>` +
    `<saml:Issuer>${facts.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` +
    `<saml:Assertion ID="${facts.id}" Version="2.0" IssueInstant="${moment(facts.issuedAt)}"><saml:Issuer>${facts.issuer}</saml:Issuer>` +
    `<saml:Subject><saml:NameID Format="${facts.nameIdFormat}">${facts.nameId}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData${answers} NotOnOrAfter="${moment(facts.notOnOrAfter)}" Recipient="${facts.recipient}"/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${moment(facts.notBefore)}" NotOnOrAfter="${moment(facts.notOnOrAfter)}"><saml:AudienceRestriction><saml:Audience>${facts.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${moment(facts.issuedAt)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
    `<saml:AttributeStatement>${attribute('email', [facts.email])}${attribute('displayName', ['Ada Lovelace'])}${attribute('groups', facts.groups)}</saml:AttributeStatement>` +
    `</saml:Assertion></samlp:Response>`
  );
}
