/**
 * The one form in which an e-mail address is compared and kept: Unicode NFKC, without spaces around it, in
 * lower case. Composed a second time because some letters have a composed form in lower case only.
 */
export function canonicalEmail(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').trim();
}

/**
 * An address as it may stand in logs and records, where it tells its owner which one it is and a stranger nothing:
 * `a***@e***.com`.
 */
export function maskedEmail(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) return maskedPart(address);
  const domain = address.slice(at + 1);
  const dot = domain.lastIndexOf('.');
  const ending = dot < 0 ? '' : domain.slice(dot);
  return `${maskedPart(address.slice(0, at))}@${maskedPart(dot < 0 ? domain : domain.slice(0, dot))}${ending}`;
}

function maskedPart(text: string): string {
  return `${/^./su.exec(text)?.[0] ?? ''}***`;
}
