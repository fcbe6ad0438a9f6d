import { expect, test } from "vitest";
import { readCrash, readDump } from "./read-dump.ts";

const dump = (folder: string) => `Stack (most recent call first):
  File "/usr/lib/python3/re.py", line 191 in match
  File "${folder}/orders/Parser.py", line 12 in parse
  File "${folder}/Reader.py", line 7 in <module>
  File "/program/letsdata_host.py", line 150 in _called
`;

test("a dump is told as a traceback: the artifact's files alone, the most recent call last", () => {
  const stack = `Stack (most recent call last):
  File "Reader.py", line 7, in <module>
  File "orders/Parser.py", line 12, in parse
`;
  expect(readDump(dump("/a"), "/a")).toEqual({ place: "line 12 of Parser.py", stack });
  expect(readDump(dump("/\\xfc\\u4e2d\\U0001f600"), "/ü中😀")).toMatchObject({ stack });
});

test("a dump without the artifact's files tells nothing", () => {
  expect(readDump(dump("/a"), "/b")).toBeNull();
  expect(readDump("", "/a")).toBeNull();
});

test("what was dumped when the process died is read, and nothing that was dumped before", () => {
  const crash = `Fatal Python error: Segmentation fault

Current thread 0x00007f0c1a7fd740 (most recent call first):
  File "/usr/lib/python3/ctypes/__init__.py", line 519 in string_at
  File "/a/Reader.py", line 9 in parse

Extension modules: _ctypes (total: 1)
`;
  expect(readCrash(dump("/a") + crash, "/a")).toEqual({
    place: "line 9 of Reader.py",
    stack: 'Stack (most recent call last):\n  File "Reader.py", line 9, in parse\n',
  });
  expect(readCrash(dump("/a"), "/a")).toBeNull();
});
