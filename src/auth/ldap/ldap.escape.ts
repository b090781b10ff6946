/** What may not stand in the value of a filter as it is (RFC 4515 §3), and what no server reads alike. */
const SPECIAL = /[()*\\\p{Cc}]/gu;

/** Writes a text as the value of a filter: the only place where what somebody typed comes near a directory's language. */
export function filterValue(text: string): string {
  return text.replace(SPECIAL, (sign) =>
    [...Buffer.from(sign)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
