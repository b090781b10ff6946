import type { FastifyRequest } from 'fastify';
import { httpErrors } from '#libs/http';
import type { ProviderAnswer } from '../redirect.protocol.js';

const NAMES = ['code', 'state', 'iss', 'error', 'error_description', 'user'];
const LONGEST = 8_192;

/**
 * What a provider's answer says, in the address or in a form. Providers add what they like; only the parameters that
 * the protocols know are read, and each may be there once.
 *
 * @throws DomainError validation_failed
 */
export function answerOf({ method, query, body }: FastifyRequest): ProviderAnswer {
  const source = (method === 'POST' ? body : query) as Readonly<Record<string, unknown>> | undefined;
  const answer: Record<string, string> = {};
  for (const name of NAMES) {
    const value = source?.[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' || value.length > LONGEST) {
      throw httpErrors.validation_failed({ message: `${name} must be there once, and not be so long.`, param: name });
    }
    answer[name] = value;
  }
  return answer;
}
