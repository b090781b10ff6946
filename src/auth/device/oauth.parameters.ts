/** What a program sent, as a form or as JSON; nothing of it has been looked at. */
export type OAuthParameters = Readonly<Record<string, unknown>> | undefined;

/** A parameter that stands there once; undefined also for an empty one, as RFC 6749 §3.1 has it. */
export function parameterOf(parameters: OAuthParameters, name: string): string | undefined {
  const value = parameters?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
