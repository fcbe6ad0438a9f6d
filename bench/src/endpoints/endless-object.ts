import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface EndlessObjects {
  readonly endpoint: string;
  /** Key of an object of about so many bytes; it is made while it is read and takes no disk. */
  keyOf(bytes: number): string;
  stop(): Promise<void>;
}

/** Answers GetObject with a range, unsigned and unchecked: `block` over and over. */
export async function startEndlessObjects(block: Buffer): Promise<EndlessObjects> {
  const server = createServer((request, response) => {
    // The SDK, which asks again where a connection was cut, names its call behind a question mark.
    const [path = ""] = (request.url ?? "").split("?");
    const size = Number(/-(\d+)$/.exec(path)?.[1]);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    if (!(Number(from) < size)) {
      response.writeHead(416).end();
      return;
    }
    const end = Math.min(Number(to) + 1, size);
    response.writeHead(206, {
      etag: `"${size}"`,
      "content-length": end - Number(from),
      "content-range": `bytes ${from}-${end - 1}/${size}`,
    });
    // A reader that has enough closes the connection; there is nobody to tell.
    send(response, block, Number(from), end).catch(() => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    keyOf: (bytes) => `lines-${Math.round(bytes / block.length) * block.length}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function send(response: ServerResponse, block: Buffer, from: number, end: number): Promise<void> {
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  for (let at = from; at < end; ) {
    const begin = at % block.length;
    const part = block.subarray(begin, Math.min(block.length, begin + end - at));
    at += part.length;
    if (!response.write(part)) await once(response, "drain", { signal: closed.signal });
  }
  response.end();
}
