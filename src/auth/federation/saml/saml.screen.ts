/** Far more than a person with a thousand groups needs. */
export const MOST_RESPONSE_BYTES = 196_608;
/** To canonicalise costs the square of the elements beside one another: 40,000 of them took 43 seconds. */
const MOST_ELEMENTS = 2_048;
const MOST_DEPTH = 32;

const ALGORITHMS = new Set([
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
  ...['rsa-sha256', 'rsa-sha384', 'rsa-sha512'].map((name) => `http://www.w3.org/2001/04/xmldsig-more#${name}`),
]);
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const DECLARATION = /^\s*<\?xml [^?<>]*\?>/;
/** What a tag looks like in every parser's eyes; others guess what one means that is broken. */
const TAG = /<(?:\/[\w:.-]+\s*|[\w:.-]+(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*\/?)>/g;
const ALGORITHM = /\bAlgorithm\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** A signature in the one place, and its parts in the one order, that their schemas know. */
const SIGNED =
  /<\/(?:[^\s<>/:]+:)?Issuer\s*>\s*<(?:[^\s<>/:]+:)?Signature[^<>]*>\s*<(?:[^\s<>/:]+:)?SignedInfo[^<>]*>[^]*?<\/(?:[^\s<>/:]+:)?SignedInfo>\s*<(?:[^\s<>/:]+:)?SignatureValue/g;
const ID = /\s(?:ID|Id|id|xml:id)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const UNREADABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/**
 * Reads what a browser brought, and refuses whatever no honest provider sends before anything parses it: document types
 * and entities, comments and CDATA (which split the texts that a parser reads), second assertions or responses wherever
 * they hide, ids that are there twice, more elements or a greater depth than anybody needs, and algorithms that are not as strong as SHA-256. Signature wrapping needs one
 * of these.
 *
 * @returns the XML, or undefined when it is refused
 */
export function screened(response: string): string | undefined {
  const packed = response.replaceAll(/\s+/g, '');
  if (packed.length > (MOST_RESPONSE_BYTES * 4) / 3 || !BASE64.test(packed)) return undefined;
  const bytes = Buffer.from(packed, 'base64');
  const xml = bytes.toString('utf8');
  if (!Buffer.from(xml, 'utf8').equals(bytes) || UNREADABLE.test(xml)) return undefined;
  const body = xml.replace(DECLARATION, '');
  if (body.replaceAll(TAG, '').includes('<') || isMoreThanAnybodyNeeds(body)) return undefined;
  if (count(body, 'Response') !== 1 || count(body, 'Assertion') !== 1) return undefined;
  if (count(body, 'EncryptedAssertion') > 0) return undefined;
  const signatures = count(body, 'Signature');
  const isSignedPlainly = [
    'SignedInfo',
    'Reference',
    'SignatureMethod',
    'DigestMethod',
    'SignatureValue',
    'DigestValue',
  ].every((name) => count(body, name) === signatures);
  if (signatures < 1 || signatures > 2 || !isSignedPlainly || valuesOf(body, SIGNED).length !== signatures)
    return undefined;
  const ids = valuesOf(body, ID);
  if (new Set(ids).size !== ids.length) return undefined;
  return valuesOf(body, ALGORITHM).every((algorithm) => ALGORITHMS.has(algorithm)) ? xml : undefined;
}

function isMoreThanAnybodyNeeds(xml: string): boolean {
  let [elements, depth] = [0, 0];
  for (const [tag] of xml.matchAll(TAG)) {
    if (tag.startsWith('</')) depth -= 1;
    else {
      elements += 1;
      if (!tag.endsWith('/>')) depth += 1;
    }
    if (elements > MOST_ELEMENTS || depth > MOST_DEPTH) return true;
  }
  return false;
}

/** How many elements of a name begin, in whatever namespace. */
function count(xml: string, name: string): number {
  return [...xml.matchAll(new RegExp(`<(?:[^\\s<>/:]+:)?${name}(?=[\\s/>])`, 'g'))].length;
}

function valuesOf(xml: string, pattern: RegExp): string[] {
  return [...xml.matchAll(pattern)].map(([, double, single]) => double ?? single ?? '');
}
