import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { federationErrors } from '../federation.errors.js';
import type { FlowSecrets } from '../flows/sign-in.flows.js';
import type { ProvenIdentity } from '../proven-identity.js';
import { identityNamespaceOf } from '../providers/identity.namespace.js';
import type { IdentityProvider, SamlSettings } from '../providers/identity-provider.js';
import type { ProviderAnswer, RedirectProtocol } from '../redirect.protocol.js';
import type { SamlAssertion } from './saml.assertion.js';
import { SamlClient } from './saml.client.js';
import { SpentAssertionsRepository } from './spent-assertions.repository.js';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
const LONGEST_ID = 255;
const DAY_MS = 86_400_000;

/** An `ID` of XML begins with no digit. */
const requestIdOf = ({ nonce }: FlowSecrets): string => `_${nonce}`;

/**
 * SAML 2.0, as a service provider. The library checks signatures and says which bytes they are of; whether what those
 * say is by this provider, for us, now, an answer to this request, and used once, is decided here.
 */
@Injectable()
export class SamlProtocol implements RedirectProtocol {
  constructor(
    private readonly spent: SpentAssertionsRepository,
    private readonly clock: Clock,
  ) {}

  begin(provider: IdentityProvider, secrets: FlowSecrets, acsUrl: string): Promise<URL> {
    return new SamlClient(settingsOf(provider), acsUrl).requestUrl(requestIdOf(secrets), secrets.state);
  }

  async finish(
    provider: IdentityProvider,
    { SAMLResponse = '' }: ProviderAnswer,
    secrets: FlowSecrets,
    acsUrl: string,
  ): Promise<ProvenIdentity> {
    const settings = settingsOf(provider);
    const client = new SamlClient(settings, acsUrl);
    const assertion = await client.verified(SAMLResponse);
    if (!assertion || !isForUs(settings, client, assertion) || assertion.inResponseTo !== requestIdOf(secrets)) {
      throw federationErrors.identity_provider_untrusted();
    }
    const goodUntil = new Date(assertion.notOnOrAfter + settings.clockToleranceMs);
    if (!this.isTimely(settings, assertion) || !(await this.spent.spend(assertion, goodUntil))) {
      throw federationErrors.identity_provider_untrusted();
    }
    return identityOf(provider, settings, assertion);
  }

  /** What the provider has to know of us. */
  metadata(provider: IdentityProvider, acsUrl: string): Promise<string> {
    return new SamlClient(settingsOf(provider), acsUrl).metadata();
  }

  /** Every comparison with a moment that is none is false. */
  private isTimely({ clockToleranceMs }: SamlSettings, { notBefore, notOnOrAfter }: SamlAssertion): boolean {
    const now = this.clock.now();
    return notBefore <= now + clockToleranceMs && notOnOrAfter > now - clockToleranceMs && notOnOrAfter < now + DAY_MS;
  }
}

function isForUs(settings: SamlSettings, client: SamlClient, assertion: SamlAssertion): boolean {
  const { issuer, recipient, audiences, nameId, nameIdFormat, id } = assertion;
  return (
    issuer === settings.issuer &&
    recipient === client.acsUrl &&
    audiences.length === 1 &&
    audiences[0] === client.entityId &&
    isLasting(settings, nameIdFormat) &&
    nameId.length <= LONGEST_ID &&
    id.length <= LONGEST_ID
  );
}

/** A name that is another one tomorrow names nobody, and an address may be given to somebody else. */
function isLasting({ allowsUnspecifiedNameId }: SamlSettings, format = UNSPECIFIED): boolean {
  return format === PERSISTENT || (allowsUnspecifiedNameId && format === UNSPECIFIED);
}

function identityOf(provider: IdentityProvider, settings: SamlSettings, assertion: SamlAssertion): ProvenIdentity {
  const { nameId, attributes } = assertion;
  const { email, name, groups } = settings.attributes;
  return {
    provider,
    issuer: identityNamespaceOf(settings),
    subject: nameId,
    email: attributes.get(email)?.[0],
    name: attributes.get(name)?.[0],
    groups: attributes.get(groups),
  };
}

/** @throws DomainError identity_provider_unknown for a provider that speaks something else */
function settingsOf({ settings }: IdentityProvider): SamlSettings {
  if (settings.protocol !== 'saml') throw federationErrors.identity_provider_unknown();
  return settings;
}
