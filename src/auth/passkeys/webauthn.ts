import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';

/** What a browser says it was asked, by whom. */
export interface ClientData {
  readonly challenge: string;
  readonly crossOrigin: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** What `navigator.credentials.get()` gave, as JSON; undefined when it can be nothing of the kind. */
export function readAssertion(given: Fields): AuthenticationResponseJSON | undefined {
  const response = responseOf(given, ['clientDataJSON', 'authenticatorData', 'signature']);
  const handle = response?.['userHandle'];
  if (!response || (handle !== undefined && handle !== null && typeof handle !== 'string')) return undefined;
  return given as unknown as AuthenticationResponseJSON;
}

/** What `navigator.credentials.create()` gave, as JSON; undefined when it can be nothing of the kind. */
export function readAttestation(given: Fields): RegistrationResponseJSON | undefined {
  return responseOf(given, ['clientDataJSON', 'attestationObject'])
    ? (given as unknown as RegistrationResponseJSON)
    : undefined;
}

/** @param encoded base64url of JSON */
export function clientDataOf(encoded: string): ClientData | undefined {
  try {
    const { challenge, crossOrigin } = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as Fields;
    return typeof challenge === 'string' ? { challenge, crossOrigin: crossOrigin === true } : undefined;
  } catch {
    return undefined;
  }
}

/** What an authenticator knows a person by: the bytes of their id, which says nothing about them. */
export function userHandleOf(userId: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(userId.replaceAll('-', ''), 'hex'));
}

function responseOf({ id, rawId, type, response }: Fields, texts: readonly string[]): Fields | undefined {
  if ([id, rawId, type].some((value) => typeof value !== 'string')) return undefined;
  if (typeof response !== 'object' || response === null) return undefined;
  return texts.every((name) => typeof (response as Fields)[name] === 'string') ? (response as Fields) : undefined;
}
