/**
 * The one form in which an e-mail address is compared and kept: Unicode NFKC, without spaces around it, in
 * lower case. Composed a second time because some letters have a composed form in lower case only.
 */
export function canonicalEmail(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').trim();
}
