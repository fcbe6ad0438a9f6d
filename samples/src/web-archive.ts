import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { SampleObject } from "./public-data.ts";

const CRAWLED = "2026-05-18T02:24:21Z";

interface Page {
  readonly url: string;
  readonly text: string;
}

/** The pages: the READMEs of the packages this product is built from, real prose in several languages. */
function readPages(nodeModules: string): Page[] {
  const readmes = globSync(".pnpm/*/node_modules/{*,@*/*}/README.md", { cwd: nodeModules }).sort();
  const pages: Page[] = [];
  const seen = new Set<string>();
  for (const path of readmes) {
    const name = path
      .split("/node_modules/")
      .pop()
      ?.replace(/\/README\.md$/, "");
    if (!name || seen.has(name)) continue;
    seen.add(name);
    const text = readFileSync(join(nodeModules, path), "utf8").replaceAll("\r\n", "\n").trim();
    if (text.length > 200) pages.push({ url: `https://packages.example/${name}`, text });
  }
  return pages;
}

function recordId(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return `<urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}>`;
}

function warcRecord(headers: Readonly<Record<string, string>>, body: string): Buffer {
  const content = Buffer.from(body);
  const lines = Object.entries({ ...headers, "Content-Length": String(content.length) }).map(([k, v]) => `${k}: ${v}`);
  return Buffer.concat([Buffer.from(`WARC/1.0\r\n${lines.join("\r\n")}\r\n\r\n`), content, Buffer.from("\r\n\r\n")]);
}

function wetRecord(page: Page): Buffer {
  return warcRecord(
    {
      "WARC-Type": "conversion",
      "WARC-Target-URI": page.url,
      "WARC-Date": CRAWLED,
      "WARC-Record-ID": recordId(page.url),
      "WARC-Identified-Content-Language": "eng",
      "Content-Type": "text/plain",
    },
    page.text,
  );
}

/** WET files as Common Crawl publishes them: a warcinfo record, then one page a record, each its own gzip member. */
export function wetFiles(nodeModules: string, parts: number): SampleObject[] {
  const pages = readPages(nodeModules);
  const perPart = Math.ceil(pages.length / parts);
  return Array.from({ length: parts }, (_, part) => {
    const name = `part-${String(part).padStart(2, "0")}.warc.wet.gz`;
    const info = warcRecord(
      { "WARC-Type": "warcinfo", "WARC-Date": CRAWLED, "WARC-Filename": name, "WARC-Record-ID": recordId(name) },
      "Software-Info: LetsData sample\r\nformat: WARC File Format 1.0\r\n",
    );
    const records = [info, ...pages.slice(part * perPart, (part + 1) * perPart).map(wetRecord)];
    return { key: `web-pages/${name}`, body: Buffer.concat(records.map((record) => gzipSync(record))) };
  });
}
