import { z } from "zod";

export const pageSizeDefault = 50;
export const pageSizeMax = 500;

/** Query of every list: `?limit` (50, at most 500) and the `cursor` of the page before. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(pageSizeMax).default(pageSizeDefault),
  cursor: z.string().max(1024).optional(),
};

/** Answer of every list; `nextCursor` is null on the last page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
