import { X509Certificate } from 'node:crypto';
import type { FieldReader } from './field.reader.js';
import type { KindSettings, SamlSettings, SettingsContext } from './identity-provider.js';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Settings of a provider that speaks SAML 2.0. */
export function readSaml(fields: FieldReader, { allowPrivate }: SettingsContext): KindSettings {
  const settings: SamlSettings = {
    protocol: 'saml',
    issuer: fields.text('issuer'),
    entryPoint: fields.url('entryPoint', { allowPrivate }),
    certificates: readCertificates(fields),
    entityId: fields.optionalText('entityId'),
    attributes: readAttributes(fields.inner('attributes')),
    wantsResponseSigned: fields.flag('wantResponseSigned', false),
    allowsUnspecifiedNameId: fields.flag('allowUnspecifiedNameId', false),
    clockToleranceMs: fields.integer('clockToleranceSeconds', { min: 0, max: 300, fallback: 30 }) * 1_000,
    responseMode: 'form_post',
    sharedCallback: false,
  };
  return { settings, trustsEmail: true };
}

/** Several, so that the provider can change its key. What is none must not stand for "any". */
function readCertificates(fields: FieldReader): readonly string[] {
  const certificates = fields.text('certificates').match(PEM) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    fields.wrong('certificates', 'must be certificates in PEM');
  }
  return certificates;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).publicKey.type === 'public';
  } catch {
    return false;
  }
}

function readAttributes(fields: FieldReader): SamlSettings['attributes'] {
  const attributes = {
    email: fields.optionalText('email') ?? 'email',
    name: fields.optionalText('name') ?? 'displayName',
    groups: fields.optionalText('groups') ?? 'groups',
  };
  fields.finish();
  return attributes;
}
