import { Injectable, Logger } from '@nestjs/common';
import { Client, type Entry, ResultCodeError, SizeLimitExceededError } from 'ldapts';
import { randomToken } from '#libs/crypto';
import { federationErrors } from '../federation/federation.errors.js';
import { identityNamespaceOf } from '../federation/providers/identity.namespace.js';
import type { LdapProvider, LdapSettings } from '../federation/providers/identity-provider.js';
import { ENTRY, USERNAME } from '../federation/providers/ldap.reader.js';
import type { ProvenIdentity } from '../federation/proven-identity.js';
import type { DirectoryEntry } from '../protection/entry.key.js';
import { filterValue } from './ldap.escape.js';
import { Slots } from './slots.js';

interface Asked {
  readonly username: string;
  readonly password: string;
}

/** What a directory says to a name and a password. */
export type LdapAnswer =
  { readonly outcome: 'unknown' | 'wrong' } | { readonly outcome: 'proven'; readonly identity: ProvenIdentity };

/**
 * Stands before the proof of a password.
 *
 * @returns whether the password was looked at and is right
 */
export type EntryGuard = (entry: DirectoryEntry, proof: () => Promise<boolean>) => Promise<boolean>;

const LONGEST_USERNAME = 256;
const LONGEST_PASSWORD = 1_024;
const UNPRINTABLE = /\p{C}/u;
const MOST_GROUPS = 1_000;
/** Kept as bytes by Active Directory, and no text. */
const BYTES = 'objectguid';

/** Asks a directory whether a name and a password belong together, and who it is. */
@Injectable()
export class LdapDirectory {
  private readonly log = new Logger(LdapDirectory.name);
  private readonly slots = new WeakMap<LdapProvider, Slots>();

  /**
   * Looks for the entry of the name, and then proves the password by a bind as that entry. A bind without a password
   * proves nothing and succeeds (RFC 4513 §5.1.2), so none is ever sent.
   *
   * @throws DomainError identity_provider_unavailable, sign_in_busy
   */
  async ask(provider: LdapProvider, { username, password }: Asked, guard: EntryGuard): Promise<LdapAnswer> {
    if (!canBeAsked(username, password)) return { outcome: 'unknown' };
    let slots = this.slots.get(provider);
    if (!slots) this.slots.set(provider, (slots = new Slots(provider.settings.mostConnections)));
    return slots.run(() =>
      this.connected(provider, (client) => prove(client, provider, { username, password }, guard)),
    );
  }

  private async connected<T>(provider: LdapProvider, work: (client: Client) => Promise<T>): Promise<T> {
    const { url, timeoutMs, security, certificates, bindDn, bindPassword } = provider.settings;
    const tlsOptions = { minVersion: 'TLSv1.2', ...(certificates === undefined ? {} : { ca: certificates }) } as const;
    const secure = security === 'tls' ? { tlsOptions } : {};
    const client = new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, ...secure });
    try {
      if (security === 'starttls') await client.startTLS(tlsOptions);
      await client.bind(bindDn, bindPassword);
      return await work(client);
    } catch (error) {
      this.log.error(`The directory "${provider.slug}" could not be asked`, error);
      throw federationErrors.identity_provider_unavailable({ retryAfterSeconds: 5, cause: error });
    } finally {
      await client.unbind().catch(() => undefined);
    }
  }
}

function canBeAsked(username: string, password: string): boolean {
  const isName = username.trim() !== '' && username.length <= LONGEST_USERNAME && !UNPRINTABLE.test(username);
  return isName && password !== '' && password.length <= LONGEST_PASSWORD && !password.includes('\0');
}

async function prove(
  client: Client,
  provider: LdapProvider,
  { username, password }: Asked,
  guard: EntryGuard,
): Promise<LdapAnswer> {
  const { settings } = provider;
  const entry = await findEntry(client, settings, username);
  if (!entry) {
    await pretend(client, settings, username, guard);
    return { outcome: 'unknown' };
  }
  const groups = settings.needsGroups ? await groupsOf(client, settings, entry) : undefined;
  const { attributes } = settings;
  const issuer = identityNamespaceOf(settings);
  const [subject] = valuesOf(entry, attributes.id);
  const isRight = await guard({ issuer, subject: subject ?? entry.dn }, () => canBind(client, entry, password));
  if (!isRight) return { outcome: 'wrong' };
  if (subject === undefined) throw new Error(`The entry has no attribute ${attributes.id}.`);
  const identity = {
    provider,
    issuer,
    subject,
    email: valuesOf(entry, attributes.email)[0],
    name: valuesOf(entry, attributes.name)[0],
    groups,
  };
  return { outcome: 'proven', identity };
}

/**
 * Asks and counts for a name that nobody has what it would for one that somebody has, so that the time tells nobody
 * which is which. The password is not sent: it may be one of another directory.
 */
async function pretend(client: Client, settings: LdapSettings, username: string, guard: EntryGuard): Promise<void> {
  const nobody = { dn: `cn=${randomToken()},${settings.base}` } as Entry;
  if (settings.needsGroups) await groupsOf(client, settings, nobody);
  const entry = { issuer: identityNamespaceOf(settings), subject: `nobody ${username}`, isNobody: true } as const;
  await guard(entry, () => canBind(client, nobody, randomToken()));
}

async function canBind(client: Client, entry: Entry, password: string): Promise<boolean> {
  try {
    // The name is the one that the directory gave, never one that was put together.
    await client.bind(entry.dn, password);
    return true;
  } catch (error) {
    // Whatever the directory has against it: wrong, locked, expired, or kept elsewhere.
    if (error instanceof ResultCodeError) return false;
    throw error;
  }
}

/** Nobody, where several could be meant. Referrals are not followed: another server is another directory. */
async function findEntry(client: Client, settings: LdapSettings, name: string): Promise<Entry | undefined> {
  const { base, filter, attributes, timeoutMs } = settings;
  try {
    const { searchEntries } = await client.search(base, {
      scope: 'sub',
      derefAliases: 'never',
      sizeLimit: 2,
      timeLimit: Math.ceil(timeoutMs / 1_000),
      filter: filter.replaceAll(USERNAME, () => filterValue(name)),
      attributes: Object.values(attributes).flatMap(spellings),
      explicitBufferAttributes: spellings(attributes.id),
    });
    return searchEntries.length === 1 ? searchEntries[0] : undefined;
  } catch (error) {
    if (error instanceof SizeLimitExceededError) return undefined;
    throw error;
  }
}

/** Groups by their distinguished names, and by what stands first in those: an operator may write either. */
async function groupsOf(client: Client, settings: LdapSettings, entry: Entry): Promise<string[]> {
  const { groupBase, groupFilter, attributes } = settings;
  const names = new Set(valuesOf(entry, attributes.groups));
  if (groupBase !== undefined) {
    const { searchEntries } = await client.search(groupBase, {
      scope: 'sub',
      derefAliases: 'never',
      sizeLimit: MOST_GROUPS,
      filter: groupFilter.replaceAll(ENTRY, () => filterValue(entry.dn)),
      attributes: ['cn'],
    });
    for (const group of searchEntries) [group.dn, ...valuesOf(group, 'cn')].forEach((name) => names.add(name));
  }
  return [...names];
}

/** The library knows an attribute again only as it was asked for, and servers write names as they like. */
function spellings(attribute: string): string[] {
  return [...new Set([attribute, attribute.toLowerCase()])];
}

function valuesOf(entry: Entry, attribute: string): string[] {
  const encoding = attribute.toLowerCase() === BYTES ? 'hex' : 'utf8';
  return spellings(attribute)
    .flatMap((name) => [entry[name] ?? []].flat())
    .map((value) => (typeof value === 'string' ? value : value.toString(encoding)))
    .filter((value) => value !== '');
}
