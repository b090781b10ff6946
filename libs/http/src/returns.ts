import type { DtoClass } from './fields.js';

/** The form of an answer's `data`. */
export type Shape = 'one' | 'page' | 'feed' | 'list';

export interface Returns {
  readonly shape: Shape;
  readonly dto: DtoClass;
  /** What may come back instead, and how to tell. */
  readonly or?: Alternative;
}

export interface Alternative {
  readonly dto: DtoClass;
  readonly isMeant: (value: object) => boolean;
}

/** One object: `{data: {…}}`. */
export const one = (dto: DtoClass): Returns => ({ shape: 'one', dto });
/** One object of two kinds: `{data: {…}}`. What has that field is of the second kind. */
export const either = <T extends object>(dto: DtoClass, other: DtoClass<T>, field: keyof T & string): Returns => ({
  shape: 'one',
  dto,
  or: { dto: other, isMeant: (value) => field in value },
});
/** A page of a table: `{data: […], pagination: {page, limit, total, totalPages}}`. */
export const page = (dto: DtoClass): Returns => ({ shape: 'page', dto });
/** A page of a feed: `{data: […], pagination: {limit, nextCursor}}`. */
export const feed = (dto: DtoClass): Returns => ({ shape: 'feed', dto });
/** A short list, whole: `{data: […]}`. */
export const list = (dto: DtoClass): Returns => ({ shape: 'list', dto });
