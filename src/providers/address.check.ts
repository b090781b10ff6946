import { reachOf } from '#libs/upstream';
import { providerErrors } from './providers.errors.js';

/**
 * The address of a provider in its one form, without a slash at its end.
 *
 * Literal addresses are judged here, so that a mistake is told at once. Names are judged at every dial, on the address
 * that the socket connects to, because what a name means can change between two calls.
 *
 * @param mayBePrivate whether loopback and private ranges are allowed for this provider
 * @throws DomainError provider_address_refused
 */
export function checkedAddress(text: string, mayBePrivate: boolean): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw refused('must be an absolute URL that starts with http:// or https://');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refused('must be an address alone: no user, no password, no query, no fragment');
  }
  const reach = reachOfHost(url.hostname);
  if (reach === 'forbidden') throw refused('must not be a link-local, metadata, multicast or reserved address');
  if (reach === 'private' && !mayBePrivate) {
    throw refused('is a private address: it needs allowPrivate and PROVIDER_PRIVATE_ADDRESSES=true');
  }
  return url.href.replace(/\/+$/, '');
}

/** The URL parser has brought every spelling of an IPv4 address (`0xa9fea9fe`, `2852039166`) into the one with dots. */
function reachOfHost(hostname: string): 'public' | 'private' | 'forbidden' {
  const host = hostname.replace(/\.$/, '');
  if (host.startsWith('[')) return reachOf(host.slice(1, -1));
  if (/^[\d.]+$/.test(host)) return reachOf(host);
  return host === 'localhost' || host.endsWith('.localhost') ? 'private' : 'public';
}

function refused(rule: string): Error {
  return providerErrors.provider_address_refused({ message: `baseUrl ${rule}.`, param: 'baseUrl' });
}
