import { expect, test } from "vitest";
import { attributeLines } from "./attribute-lines.ts";
import { Printer } from "./printer.ts";

test("nested things are indented lines, and no line is longer than the terminal", () => {
  const thing = {
    datasetName: "Movies",
    region: "us-east-1",
    customerAccessRoleArn: null,
    resources: [],
    counts: { recordsRead: 5, nested: { deep: true } },
    reason: "a sentence with several words that does not fit into one line of the terminal at hand",
    list: [{ name: "a" }, "b"],
    url: "x".repeat(90),
  };
  const lines = attributeLines(thing, 60);
  expect(lines.slice(0, 2)).toEqual(["datasetName            Movies", "region                 us-east-1"]);
  expect(lines).toContain("counts");
  expect(lines).toContain("  recordsRead  5");
  expect(lines).toContain("    deep  true");
  expect(lines).toContain("resources              none");
  expect(lines).toContain("    name  a");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(lines.join("").replaceAll(" ", "")).toContain("x".repeat(90));
});

test("tables are cut to the terminal's width and go whole into a pipe", () => {
  const print = (columns: number | undefined) => {
    let text = "";
    const terminal = {
      out: (more: string) => {
        text += more;
      },
      err: () => {},
      columns,
    };
    new Printer(terminal, { output: "table" }).list(
      { items: [{ name: "short", long: "y".repeat(100) }] },
      { name: (item) => item.name, long: (item) => item.long },
    );
    return text.trimEnd().split("\n");
  };
  expect(Math.max(...print(40).map((line) => line.length))).toBe(40);
  expect(print(undefined).join("\n")).toContain("y".repeat(100));
});
