import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { type Header, pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ZipFile } from "yazl";
import { defaultArtifactLimits } from "./artifact-limits.ts";
import { unpackArtifact } from "./unpack-artifact.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "letsdata-unpack-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const small = { ...defaultArtifactLimits, unpackedBytesMax: 100_000, entriesMax: 20 };
const unpack = (file: string, limits = small) => unpackArtifact(file, join(dir, "out"), limits);

async function zipOf(files: readonly (readonly [string, string | Buffer])[], mode = 0o100644): Promise<string> {
  const zip = new ZipFile();
  // yazl refuses bad names: they are put in afterwards, byte for byte.
  const renamed: [string, string][] = [];
  files.forEach(([name, content], i) => {
    const stand = `${String(i).padStart(2, "0")}${"_".repeat(Math.max(0, Buffer.byteLength(name) - 2))}`;
    renamed.push([stand, name]);
    zip.addBuffer(Buffer.from(content), stand, { mode });
  });
  zip.end();
  const file = join(dir, "a.zip");
  await pipeline(zip.outputStream, createWriteStream(file));
  let bytes = readFileSync(file).toString("latin1");
  for (const [stand, name] of renamed) bytes = bytes.replaceAll(stand, Buffer.from(name).toString("latin1"));
  writeFileSync(file, Buffer.from(bytes, "latin1"));
  return file;
}

async function tgzOf(entries: readonly (readonly [Partial<Header> & { name: string }, string?])[]): Promise<string> {
  const tar = pack();
  for (const [header, content] of entries) tar.entry(header, content ?? "");
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  const file = join(dir, "a.tgz");
  writeFileSync(file, gzipSync(Buffer.concat(parts)));
  return file;
}

const invalid = (text: string) => ({ code: "ARTIFACT_INVALID", message: expect.stringContaining(text) });
const leftOver = () => readdirSync(dir).filter((name) => name.startsWith("out"));

describe("a good artifact", () => {
  test("unpacks from zip and tgz, at the root and one folder down", async () => {
    const root = await unpack(await zipOf([["letsdata_interfaces/x.js", "1"]]));
    expect(root).toBe(join(dir, "out"));
    expect(readFileSync(join(root, "letsdata_interfaces/x.js"), "utf8")).toBe("1");
    rmSync(root, { recursive: true });
    const below = await unpack(await tgzOf([[{ name: "package/letsdata.json" }, "{}"]]));
    expect(below).toBe(join(dir, "out", "package"));
  });
});

describe("a bad artifact leaves nothing behind and names the entry", () => {
  afterEach(() => {
    expect(leftOver()).toEqual([]);
    expect(existsSync(join(dir, "evil.js"))).toBe(false);
  });

  test.each([["../evil.js"], ["a/../../evil.js"], ["/tmp/letsdata-evil.js"], ["..\\evil.js"], ["C:\\evil.js"]])(
    "zip slip %s",
    async (name) => {
      await expect(unpack(await zipOf([[name, "x"]]))).rejects.toMatchObject(invalid("outside the artifact's folder"));
      await expect(unpack(await tgzOf([[{ name }, "x"]]))).rejects.toMatchObject(invalid("outside"));
    },
  );
  test("links", async () => {
    const link = { name: "l", type: "symlink", linkname: "/etc/passwd" } as const;
    await expect(unpack(await tgzOf([[link]]))).rejects.toMatchObject(invalid('"l" is a link to "/etc/passwd"'));
    await expect(unpack(await zipOf([["link", "/etc/passwd"]], 0o120777))).rejects.toMatchObject(invalid("is a link"));
  });
  test("the same name twice, also by case, and a file used as a folder", async () => {
    await expect(
      unpack(
        await zipOf([
          ["aa", "1"],
          ["aa", "2"],
        ]),
      ),
    ).rejects.toMatchObject(invalid("more than once"));
    await expect(
      unpack(
        await tgzOf([
          [{ name: "A" }, "1"],
          [{ name: "a" }, "2"],
        ]),
      ),
    ).rejects.toMatchObject(invalid("once"));
    await expect(
      unpack(
        await tgzOf([
          [{ name: "a" }, "1"],
          [{ name: "a/b" }, "2"],
        ]),
      ),
    ).rejects.toMatchObject(invalid("as a file and as a folder"));
  });
  test("a bomb: too many bytes or entries, unpacked or packed", async () => {
    const zeros = Buffer.alloc(200_000);
    await expect(unpack(await zipOf([["zeros", zeros]]))).rejects.toMatchObject({ code: "ARTIFACT_TOO_LARGE" });
    const many = Array.from({ length: 30 }, (_, n) => [{ name: `f${n}` }, "x"] as const);
    await expect(unpack(await tgzOf(many))).rejects.toMatchObject({ code: "ARTIFACT_TOO_LARGE" });
    const file = await zipOf([["zeros", "x"]]);
    await expect(unpack(file, { ...small, packedBytesMax: 10 })).rejects.toMatchObject({ code: "ARTIFACT_TOO_LARGE" });
  });
  test("damaged, empty or another kind of file", async () => {
    const file = await zipOf([["file", "x".repeat(5000)]]);
    const bytes = readFileSync(file);
    for (const [content, text] of [
      [bytes.subarray(0, bytes.length - 30), "damaged zip"],
      [gzipSync("no tar").subarray(0, 12), "damaged tgz"],
      [Buffer.from("plain text"), "neither a zip nor a tgz"],
      [Buffer.alloc(0), "empty file"],
    ] as const) {
      writeFileSync(file, content);
      await expect(unpack(file)).rejects.toMatchObject(invalid(text));
    }
  });
});
