import { isEmail } from 'class-validator';
import { federationErrors } from './federation.errors.js';
import type { ProvenIdentity } from './proven-identity.js';

const LONGEST_NAME = 100;
const LONGEST_EMAIL = 254;

/**
 * The address that a new account is made with. One that nobody checked would keep its true owner from ever having an
 * account.
 *
 * @throws DomainError provider_email_missing, provider_email_unverified
 */
export function emailOf({ provider, email, emailVerified }: ProvenIdentity): string {
  if (email === undefined || email.length > LONGEST_EMAIL || !isEmail(email)) {
    throw federationErrors.provider_email_missing();
  }
  if (emailVerified === false || (emailVerified !== true && !provider.trustsEmail)) {
    throw federationErrors.provider_email_unverified();
  }
  return email;
}

/** How others see a new person: the provider's word without what cannot be shown, or the address up to its sign. */
export function nameOf({ name }: ProvenIdentity, email: string): string {
  const shown = (name ?? '').replace(/\p{C}/gu, '').trim();
  return (shown || email.slice(0, email.indexOf('@'))).slice(0, LONGEST_NAME).toWellFormed();
}
