import { scimErrors } from '../scim.errors.js';

/** A piece of a filter or of a path: a text in quotes, a sign, or a word. */
export interface Token {
  readonly kind: 'text' | 'sign' | 'word';
  readonly value: string;
}

const LONGEST = 2_000;
const PIECE = /\s*(?:(?<sign>[()[\]])|(?<text>"(?:[^"\\]|\\.)*")|(?<word>[A-Za-z0-9$_.:+-]+))/y;

/** The pieces of a filter or of a path, one after the other. */
export class Tokens {
  private readonly pieces: readonly Token[];
  private at = 0;

  /** @throws DomainError scim_invalid_filter */
  constructor(text: string) {
    if (text.length > LONGEST) {
      throw scimErrors.scim_invalid_filter({ message: `A filter may have ${LONGEST} characters at most.` });
    }
    this.pieces = cut(text);
  }

  get next(): Token | undefined {
    return this.pieces[this.at];
  }

  get isAtEnd(): boolean {
    return this.at === this.pieces.length;
  }

  /** @throws DomainError scim_invalid_filter at the end */
  take(): Token {
    const token = this.next;
    if (!token) throw unexpected(token);
    this.at += 1;
    return token;
  }

  /** Takes the next piece if it is this word or sign, in whatever case. */
  takeIf(value: string): boolean {
    const { next } = this;
    if (!next || next.kind === 'text' || next.value.toLowerCase() !== value) return false;
    this.at += 1;
    return true;
  }

  /** @throws DomainError scim_invalid_filter */
  expect(value: string): void {
    if (!this.takeIf(value)) throw unexpected(this.next);
  }
}

/** What stands there is not what may stand there. */
export function unexpected(token: Token | undefined): Error {
  const found =
    token === undefined ? 'The filter ends too early.' : `"${token.value.slice(0, 50)}" is not expected there.`;
  return scimErrors.scim_invalid_filter({ message: found });
}

function cut(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < end) {
    const from = PIECE.lastIndex;
    const { sign, text: quoted, word } = PIECE.exec(text)?.groups ?? {};
    if (sign !== undefined) tokens.push({ kind: 'sign', value: sign });
    else if (quoted !== undefined) tokens.push({ kind: 'text', value: unquoted(quoted) });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word });
    else throw unexpected({ kind: 'word', value: text.slice(from).trimStart() });
  }
  return tokens;
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw scimErrors.scim_invalid_filter({ message: 'A text of the filter is not one of JSON.' });
  }
}
