import { ROLES } from '#libs/access';
import { FieldReader } from './field.reader.js';
import {
  type GroupRules,
  type ProviderSettings,
  type IdentityProvider,
  type KindSettings,
  PROVIDER_KINDS,
  type ProviderKind,
  type SettingsContext,
} from './identity-provider.js';
import { authorityOf, identityNamespaceOf } from './identity.namespace.js';
import { readLdap } from './ldap.reader.js';
import { readSaml } from './saml.reader.js';
import { readOAuth, readOidc } from './settings.reader.js';

type KindReader = (fields: FieldReader, context: SettingsContext) => KindSettings;

type AnyProvider = IdentityProvider<ProviderSettings>;

/** How the settings of each kind are read. A new kind is a line here. */
const READERS: Readonly<Record<ProviderKind, KindReader>> = {
  oidc: readOidc,
  google: readOidc,
  gitlab: readOidc,
  microsoft: readOidc,
  apple: readOidc,
  github: readOAuth,
  discord: readOAuth,
  facebook: readOAuth,
  saml: readSaml,
  ldap: readLdap,
};

const MOST_PROVIDERS = 1_000;
const SLUG = { pattern: /^[a-z0-9][a-z0-9-]{0,39}$/, says: 'must be small letters, digits and dashes, at most 40' };
const ROLE = /^[a-z][a-z0-9-]{0,63}$/;

/** Reads what an operator wrote: every provider, and what is wrong with any, said without a value. */
export function readProviders(document: unknown): {
  readonly providers: readonly AnyProvider[];
  readonly problems: readonly string[];
} {
  if (document === undefined) return { providers: [], problems: [] };
  if (!Array.isArray(document)) return { providers: [], problems: ['must be a list of identity providers'] };
  if (document.length > MOST_PROVIDERS) {
    return { providers: [], problems: [`must hold at most ${MOST_PROVIDERS} identity providers`] };
  }
  const problems: string[] = [];
  const providers = document.map((entry: unknown, index) => readProvider(entry, `[${index}]`, problems));
  problems.push(...conflicts(providers));
  return { providers, problems };
}

function readProvider(entry: unknown, at: string, problems: string[]): AnyProvider {
  const fields = new FieldReader(entry, at, problems);
  const kind = fields.choice('kind', PROVIDER_KINDS);
  const slug = fields.text('slug', SLUG);
  const allowPrivate = fields.flag('allowPrivate', false);
  const groups = readGroups(fields);
  const needsGroups = groups.mapping !== undefined || groups.required.length > 0;
  const { settings, trustsEmail } = READERS[kind](fields, { kind, allowPrivate, needsGroups });
  const provider: AnyProvider = {
    slug,
    kind,
    label: fields.text('label'),
    allowSignUp: fields.flag('allowSignUp', true),
    trustsEmail: fields.flag('trustsEmail', trustsEmail),
    trustsMfa: fields.flag('trustsMfa', false),
    allowPrivate,
    groups,
    settings,
  };
  fields.finish();
  return provider;
}

function readGroups(fields: FieldReader): GroupRules {
  const written = fields.map('roleMapping');
  const defaultRole = fields.optionalText('defaultRole', { pattern: ROLE, says: 'must be the name of a role' });
  if (![...written.values()].every((role) => ROLE.test(role))) {
    fields.wrong('roleMapping', 'must map groups to names of roles');
  }
  const mapping = written.size > 0 ? new Map([...written].toSorted(([, a], [, b]) => rank(a) - rank(b))) : undefined;
  return { mapping, defaultRole: defaultRole ?? 'user', required: fields.texts('requiredGroups') };
}

/** The stronger a role is, the smaller; roles that administrators made lie between those of the house and `user`. */
function rank(role: string): number {
  const at = (ROLES as readonly string[]).indexOf(role);
  if (role === 'user') return ROLES.length + 1;
  return at === -1 ? ROLES.length : at;
}

function conflicts(providers: readonly AnyProvider[]): string[] {
  const problems: string[] = [];
  providers.forEach(({ slug, settings }, index) => {
    if (slug !== '' && providers.findIndex((other) => other.slug === slug) < index) {
      problems.push(`[${index}].slug is taken by another provider`);
    }
    const isRival = ({ settings: other }: AnyProvider): boolean =>
      identityNamespaceOf(other) === identityNamespaceOf(settings) && authorityOf(other) !== authorityOf(settings);
    if (settings.issuer !== '' && providers.slice(0, index).some(isRival)) {
      problems.push(
        `[${index}].issuer is that of another provider: people of one would be taken for those of the other`,
      );
    }
    // Without an address of its own nobody could tell whose answer it is that comes back (RFC 9700, 4.4).
    if (settings.protocol !== 'ldap' && settings.sharedCallback && providers.length > 1) {
      problems.push(`[${index}].sharedCallback must be false where there are several providers`);
    }
  });
  return problems;
}
