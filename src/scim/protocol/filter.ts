import { type AttributePath, readAttributePath } from './attribute.path.js';
import { Tokens, unexpected } from './tokens.js';

export const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Operator = (typeof OPERATORS)[number];
export type FilterValue = string | number | boolean | null;

/** A filter of RFC 7644 §3.4.2.2, taken apart. */
export type Filter =
  | { readonly kind: 'compare'; readonly path: AttributePath; readonly operator: Operator; readonly value: FilterValue }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'and'; readonly parts: readonly Filter[] }
  | { readonly kind: 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'within'; readonly path: AttributePath; readonly part: Filter };

/** Far above what a directory asks, and far below what would be work. */
const MOST_TERMS = 50;
const DEEPEST = 10;
const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;
const WORDS: Readonly<Record<string, FilterValue>> = { true: true, false: false, null: null };

/** @throws DomainError scim_invalid_filter */
export function parseFilter(text: string): Filter {
  const tokens = new Tokens(text);
  const filter = new FilterParser(tokens).filter();
  if (!tokens.isAtEnd) throw unexpected(tokens.next);
  return filter;
}

/** Reads one filter from the pieces that are left: `and` binds more than `or`, and `not` more than both. */
export class FilterParser {
  private terms = 0;
  private depth = 0;

  constructor(private readonly tokens: Tokens) {}

  /** @throws DomainError scim_invalid_filter */
  filter(): Filter {
    this.depth += 1;
    if (this.depth > DEEPEST) throw unexpected(this.tokens.next);
    const parts = [this.conjunction()];
    while (this.tokens.takeIf('or')) parts.push(this.conjunction());
    this.depth -= 1;
    return joined('or', parts);
  }

  private conjunction(): Filter {
    const parts = [this.term()];
    while (this.tokens.takeIf('and')) parts.push(this.term());
    return joined('and', parts);
  }

  private term(): Filter {
    this.terms += 1;
    if (this.terms > MOST_TERMS) throw unexpected(this.tokens.next);
    if (this.tokens.takeIf('not')) {
      this.tokens.expect('(');
      return { kind: 'not', part: this.until(')') };
    }
    if (this.tokens.takeIf('(')) return this.until(')');
    const path = this.path();
    if (this.tokens.takeIf('[')) return { kind: 'within', path, part: this.until(']') };
    if (this.tokens.takeIf('pr')) return { kind: 'present', path };
    return { kind: 'compare', path, operator: this.operator(), value: this.value() };
  }

  private until(end: string): Filter {
    const part = this.filter();
    this.tokens.expect(end);
    return part;
  }

  private path(): AttributePath {
    const token = this.tokens.take();
    const path = token.kind === 'word' ? readAttributePath(token.value) : undefined;
    if (!path) throw unexpected(token);
    return path;
  }

  private operator(): Operator {
    const token = this.tokens.take();
    const operator = OPERATORS.find((each) => token.kind === 'word' && each === token.value.toLowerCase());
    if (!operator) throw unexpected(token);
    return operator;
  }

  private value(): FilterValue {
    const token = this.tokens.take();
    if (token.kind === 'text') return token.value;
    const word = WORDS[token.value.toLowerCase()];
    if (token.kind === 'word' && word !== undefined) return word;
    if (token.kind === 'word' && NUMBER.test(token.value)) return Number(token.value);
    throw unexpected(token);
  }
}

function joined(kind: 'and' | 'or', parts: readonly Filter[]): Filter {
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind, parts };
}
