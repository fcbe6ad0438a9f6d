import type { HeadArgument } from "../record-arguments.ts";

/**
 * The arguments before each record's bytes, by parameter instead of by record: a text, a number or null that all records share, such as
 * a file's name, stands once and is read once by the host.
 */
export function headColumns(heads: readonly (readonly HeadArgument[])[]): readonly (readonly HeadArgument[])[] {
  const [first = []] = heads;
  return first.map((value, column) => {
    // Customer code may change a map it is given, so each record has its own.
    const isShared = !(value instanceof Object) && heads.every((head) => head[column] === value);
    return isShared ? [value] : heads.map((head) => head[column] as HeadArgument);
  });
}
