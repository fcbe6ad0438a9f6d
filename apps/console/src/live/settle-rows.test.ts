import { describe, expect, it } from "vitest";
import { settleRows } from "./settle-rows.ts";

interface Row {
  readonly id: string;
  readonly value: number;
}
const row = (id: string, value = 0): Row => ({ id, value });
const idOf = (entry: Row) => entry.id;

describe("rows under the pointer", () => {
  it("keep their places while their contents follow", () => {
    const settled = settleRows([row("a"), row("b")], [row("b", 2), row("a", 1)], idOf, true);
    expect(settled.rows).toEqual([row("a", 1), row("b", 2)]);
    expect(settled.waiting).toBe(1);
  });
  it("count what came and wait with it", () => {
    const settled = settleRows([row("a")], [row("n"), row("m"), row("a")], idOf, true);
    expect(settled).toEqual({ rows: [row("a")], waiting: 2 });
  });
  it("are the newest as soon as the pointer left", () => {
    const newest = [row("n"), row("a")];
    expect(settleRows([row("a")], newest, idOf, false)).toEqual({ rows: newest, waiting: 0 });
  });
});
