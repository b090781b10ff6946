import type { TestResponse } from './http.js';

/** A cookie as an answer sets it: its value, and its attributes in small letters. */
export interface SetCookie {
  readonly value: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** The cookie of that name that an answer sets; undefined when it sets none. */
export function cookieOf({ headers }: Pick<TestResponse, 'headers'>, name: string): SetCookie | undefined {
  const line = headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`));
  if (line === undefined) return undefined;
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  return {
    value: decodeURIComponent(pair.slice(name.length + 1)),
    attributes: new Map(
      attributes.map((attribute) => {
        const [key = '', value = ''] = attribute.split('=');
        return [key.toLowerCase(), value] as const;
      }),
    ),
  };
}
