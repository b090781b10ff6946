import type { AuthenticationMethod } from '../sign-in.gate.js';
import type { ProvenIdentity } from './proven-identity.js';

/** Words for a second factor, as providers write them (RFC 8176), and what each is here. */
const FACTORS: ReadonlyMap<string, AuthenticationMethod> = new Map([
  ['otp', 'otp'],
  ['sms', 'otp'],
  ['tel', 'otp'],
  ['mfa', 'otp'],
  ['hwk', 'hwk'],
  ['swk', 'hwk'],
  ['sc', 'hwk'],
  ['fpt', 'user'],
  ['face', 'user'],
  ['user', 'user'],
]);

/**
 * What a session notes of how it began: that a provider said so, and the further factors that it asked for where the
 * operator trusts it with them. Otherwise whoever has a second factor here is asked for it here.
 */
export function methodsOf({ provider, methods = [] }: ProvenIdentity): AuthenticationMethod[] {
  if (!provider.trustsMfa) return ['fed'];
  const factors = methods.flatMap((method) => FACTORS.get(method) ?? []);
  return ['fed', ...new Set(factors)];
}
