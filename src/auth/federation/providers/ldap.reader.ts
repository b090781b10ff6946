import type { FieldReader } from './field.reader.js';
import type { KindSettings, LdapSettings, SettingsContext } from './identity-provider.js';

/** Stands in a filter for the name that somebody signs in with. */
export const USERNAME = '{{username}}';
/** Stands in a filter for the distinguished name of somebody's entry. */
export const ENTRY = '{{dn}}';

const ATTRIBUTE = { pattern: /^[A-Za-z][A-Za-z0-9;-]{0,63}$/, says: 'must be the name of an attribute' };
const PEM = { pattern: /-----BEGIN CERTIFICATE-----/, says: 'must be certificates in PEM' };

/** Settings of a directory that people sign in to by LDAP with its own password. */
export function readLdap(fields: FieldReader, { allowPrivate, needsGroups }: SettingsContext): KindSettings {
  const base = fields.text('base');
  const url = fields.text('url', { pattern: /^ldaps?:\/\/[^/?#@]+\/?$/i, says: 'must be ldap://host or ldaps://host' });
  const filter = fields.optionalText('filter') ?? `(mail=${USERNAME})`;
  if (!filter.includes(USERNAME)) fields.wrong('filter', `must hold ${USERNAME}`);
  const groupFilter = fields.optionalText('groupFilter') ?? `(member=${ENTRY})`;
  if (!groupFilter.includes(ENTRY)) fields.wrong('groupFilter', `must hold ${ENTRY}`);
  const settings: LdapSettings = {
    protocol: 'ldap',
    issuer: fields.optionalText('issuer') ?? base.toLowerCase(),
    url,
    security: readSecurity(fields, url, allowPrivate),
    certificates: fields.optionalText('caCertificates', PEM),
    bindDn: fields.text('bindDn'),
    bindPassword: fields.text('bindPassword'),
    base,
    filter,
    groupBase: fields.optionalText('groupBase'),
    groupFilter,
    attributes: readAttributes(fields.inner('attributes')),
    needsGroups,
    timeoutMs: fields.integer('timeoutSeconds', { min: 1, max: 30, fallback: 5 }) * 1_000,
    mostConnections: fields.integer('maxConnections', { min: 1, max: 100, fallback: 8 }),
  };
  return { settings, trustsEmail: true };
}

/** Passwords go over the wire, so plain text is for this machine and for tests alone. */
function readSecurity(fields: FieldReader, url: string, allowPrivate: boolean): LdapSettings['security'] {
  const startTls = fields.flag('startTls', true);
  const requireTls = fields.flag('requireTls', true);
  if (/^ldaps:/i.test(url)) return 'tls';
  if (startTls) return 'starttls';
  if (requireTls || !allowPrivate) fields.wrong('startTls', 'must be true: passwords may not be sent in the clear');
  return 'none';
}

function readAttributes(fields: FieldReader): LdapSettings['attributes'] {
  const attributes = {
    id: fields.optionalText('id', ATTRIBUTE) ?? 'entryUUID',
    email: fields.optionalText('email', ATTRIBUTE) ?? 'mail',
    name: fields.optionalText('name', ATTRIBUTE) ?? 'cn',
    groups: fields.optionalText('groups', ATTRIBUTE) ?? 'memberOf',
  };
  fields.finish();
  return attributes;
}
