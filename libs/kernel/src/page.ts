/** A page of a table that a person turns. */
export interface Page<T> {
  readonly items: T[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
}

/** A page of a feed that grows while it is read; `nextCursor` is null at its end. */
export interface CursorPage<T> {
  readonly items: T[];
  readonly limit: number;
  readonly nextCursor: string | null;
}

/** The same page with each item made into something else. */
export function mapPage<P extends { readonly items: readonly unknown[] }, U>(
  page: P,
  map: (item: P['items'][number]) => U,
): Omit<P, 'items'> & { items: U[] } {
  return { ...page, items: page.items.map(map) };
}
