import type { TestHttp } from '../http.js';
import type { SoftAuthenticator } from '../soft-authenticator.js';
import { GIVEN_PASSWORD, type GivenUser } from './users.js';

export interface GivenPasskey {
  readonly id: string;
  readonly device: SoftAuthenticator;
  readonly backupCodes: readonly string[] | null;
}

interface OptionsBody {
  data: { options: { challenge: string; rpId?: string; rp?: { id?: string }; user?: { id: string } } };
}

/** What a browser is told to ask for. */
export async function passkeyOptions(
  http: TestHttp,
  path: string,
  body?: object,
): Promise<OptionsBody['data']['options']> {
  const answer = await http.post<OptionsBody>(path, body);
  if (answer.status !== 200) throw new Error(`There are no options: ${answer.status} ${answer.text}`);
  return answer.body.data.options;
}

/** What a browser is told to make. */
export function newPasskeyOptions(http: TestHttp): Promise<OptionsBody['data']['options']> {
  return passkeyOptions(http, '/api/v1/auth/passkeys/options', { password: GIVEN_PASSWORD });
}

/** Registers a passkey, as the person's browser would. */
export async function givenPasskey(
  { http }: GivenUser,
  device: SoftAuthenticator,
  name = 'Laptop',
): Promise<GivenPasskey> {
  const options = await newPasskeyOptions(http);
  const answer = await http.post<{ data: { id: string; backupCodes: string[] | null } }>('/api/v1/auth/passkeys', {
    name,
    credential: device.create(options),
  });
  if (answer.status !== 201) throw new Error(`The passkey cannot be registered: ${answer.status} ${answer.text}`);
  return { ...answer.body.data, device };
}
