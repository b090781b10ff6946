import type { CursorPage, Page } from '#libs/kernel';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** One page of a query, and how many rows there are in all. The query's order must be total. */
export async function paginate<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  { page, limit }: { page: number; limit: number },
): Promise<Page<T>> {
  const [items, total] = await query
    .skip((page - 1) * limit)
    .take(limit)
    .getManyAndCount();
  return { items, page, limit, total };
}

/**
 * One page of a feed, newest first. Ids are UUIDv7, so their order is the order of time and the last id of a
 * page is the cursor of the next.
 */
export async function paginateFeed<T extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<T>,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<CursorPage<T>> {
  const id = `${query.alias}.id`;
  if (cursor !== undefined) query.andWhere(`${id} < :cursor`, { cursor });
  const rows = await query
    .orderBy(id, 'DESC')
    .take(limit + 1)
    .getMany();
  const items = rows.slice(0, limit);
  return { items, limit, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Makes a person's search text safe inside LIKE: `%`, `_` and `\` stand for themselves. */
export function likeContains(search: string): string {
  return `%${search.replace(/[\\%_]/g, '\\$&')}%`;
}
