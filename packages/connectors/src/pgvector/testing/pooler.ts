import { type AddressInfo, createServer } from "node:net";

/** https://www.pgbouncer.org/config.html#ignore_startup_parameters: what goes through unless more is configured. */
const KNOWN = new Set([
  "user",
  "database",
  "application_name",
  "client_encoding",
  "DateStyle",
  "TimeZone",
  "standard_conforming_strings",
  "IntervalStyle",
]);

/** Answers a connection's start as PgBouncer does: a parameter it does not know with 08P01, any user with 28P01. */
export async function startPooler() {
  const server = createServer((socket) => {
    socket.once("data", (start) => {
      const texts = start.subarray(8).toString("utf8").split("\u0000");
      const names = texts.filter((_, index) => index % 2 === 0).filter((name) => name !== "");
      const unknown = names.find((name) => !KNOWN.has(name));
      socket.end(
        unknown === undefined
          ? fatal("28P01", "password authentication failed")
          : fatal("08P01", `unsupported startup parameter: ${unknown}`),
      );
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html: ErrorResponse */
function fatal(code: string, text: string): Buffer {
  const fields = Buffer.from(`SFATAL\u0000C${code}\u0000M${text}\u0000\u0000`);
  const head = Buffer.from("E\u0000\u0000\u0000\u0000");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
