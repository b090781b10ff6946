/** An element of an assertion, as the library made it from the bytes that the signature is of. */
type Element = Readonly<Record<string, unknown>>;

/** What an assertion says, and until when it may be believed. */
export interface SamlAssertion {
  readonly id: string;
  readonly issuer: string;
  readonly nameId: string;
  readonly nameIdFormat: string | undefined;
  readonly inResponseTo: string | undefined;
  readonly recipient: string | undefined;
  readonly audiences: readonly string[];
  /** The latest of those that are named; in milliseconds. */
  readonly notBefore: number;
  /** The earliest of those that are named; in milliseconds. NaN where one is missing that must be there. */
  readonly notOnOrAfter: number;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

/** Reads an assertion. @returns undefined for one that lacks what every assertion to a browser has */
export function readAssertion(document: unknown): SamlAssertion | undefined {
  const assertion = childOf(document, 'Assertion') ?? (isElement(document) ? document : undefined);
  const subject = childOf(assertion, 'Subject');
  const nameId = childOf(subject, 'NameID');
  const confirmations = childrenOf(subject, 'SubjectConfirmation');
  const [confirmation] = confirmations;
  const data = childOf(confirmation, 'SubjectConfirmationData');
  const conditions = childOf(assertion, 'Conditions');
  const [id, name, issuer] = [attributeOf(assertion, 'ID'), textOf(nameId), textOf(childOf(assertion, 'Issuer'))];
  if (!id || !name || !issuer || !data || !conditions || confirmations.length !== 1) return undefined;
  if (attributeOf(confirmation, 'Method') !== BEARER) return undefined;
  const restrictions = childrenOf(conditions, 'AudienceRestriction');
  return {
    id,
    issuer,
    nameId: name,
    nameIdFormat: attributeOf(nameId, 'Format'),
    inResponseTo: attributeOf(data, 'InResponseTo'),
    recipient: attributeOf(data, 'Recipient'),
    audiences: restrictions.length === 1 ? childrenOf(restrictions[0], 'Audience').map(textOf) : [],
    notBefore: Math.max(momentOf(conditions, 'NotBefore', -Infinity), momentOf(data, 'NotBefore', -Infinity)),
    notOnOrAfter: Math.min(momentOf(conditions, 'NotOnOrAfter', NaN), momentOf(data, 'NotOnOrAfter', NaN)),
    attributes: attributesOf(assertion),
  };
}

function attributesOf(assertion: Element | undefined): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const statement of childrenOf(assertion, 'AttributeStatement')) {
    for (const attribute of childrenOf(statement, 'Attribute')) {
      const values = childrenOf(attribute, 'AttributeValue').map(textOf);
      for (const name of [attributeOf(attribute, 'Name'), attributeOf(attribute, 'FriendlyName')]) {
        if (name) found.set(name, [...(found.get(name) ?? []), ...values.filter((value) => value !== '')]);
      }
    }
  }
  return found;
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function childrenOf(element: unknown, name: string): Element[] {
  const children = isElement(element) && Object.hasOwn(element, name) ? element[name] : undefined;
  const list: unknown[] = children === undefined ? [] : Array.isArray(children) ? children : [children];
  return list.map((child) => (isElement(child) ? child : { _: child }));
}

function childOf(element: unknown, name: string): Element | undefined {
  return childrenOf(element, name)[0];
}

function textOf(element: Element | undefined): string {
  const text = element?.['_'];
  return typeof text === 'string' ? text.trim() : '';
}

function attributeOf(element: Element | undefined, name: string): string | undefined {
  const attributes = element?.['$'];
  const value = isElement(attributes) && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return typeof value === 'string' ? value : isElement(value) ? String(value['value']) : undefined;
}

/** NaN for what is no moment, which is neither early nor late enough for anything. */
function momentOf(element: Element, name: string, missing: number): number {
  const text = attributeOf(element, name);
  if (text === undefined) return missing;
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/.test(text) ? Date.parse(text) : NaN;
}
