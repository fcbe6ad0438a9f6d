import type { Cloud } from "../cloud.ts";
import { AwsError } from "../server/aws-error.ts";
import type { Table, TablePlace } from "./table.ts";

export type TableStore = ReturnType<typeof openTableStore>;

export function openTableStore({ database }: Cloud) {
  const tables = new Map(database.documents<Table>("dynamodb.table").map(({ key, value }) => [key, value]));
  const keyOf = ({ accountId, region, name }: TablePlace) => `${accountId}/${region}/${name}`;
  return {
    find: (place: TablePlace): Table | null => tables.get(keyOf(place)) ?? null,
    list: ({ accountId, region }: TablePlace): Table[] =>
      [...tables.values()]
        .filter((table) => table.accountId === accountId && table.region === region)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    save(table: Table): Table {
      tables.set(keyOf(table), table);
      database.saveDocument("dynamodb.table", keyOf(table), table);
      return table;
    },
    remove(table: Table): void {
      tables.delete(keyOf(table));
      database.removeDocument("dynamodb.table", keyOf(table));
    },
  };
}

export function resourceNotFound(detail = ""): AwsError {
  return new AwsError("ResourceNotFoundException", `Requested resource not found${detail}`, 400);
}
