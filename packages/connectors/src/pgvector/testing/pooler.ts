import { type AddressInfo, connect, createServer } from "node:net";

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

/**
 * Answers a connection's start as PgBouncer does: a parameter it does not know with 08P01; others go on to the server behind it, or are
 * refused with 28P01 where there is none.
 */
export async function startPooler(behind?: { readonly host: string; readonly port: number }) {
  const server = createServer((socket) => {
    socket.once("data", (start) => {
      const texts = start.subarray(8).toString("utf8").split("\u0000");
      const names = texts.filter((_, index) => index % 2 === 0).filter((name) => name !== "");
      const unknown = names.find((name) => !KNOWN.has(name));
      if (unknown !== undefined) socket.end(fatal("08P01", `unsupported startup parameter: ${unknown}`));
      else if (!behind) socket.end(fatal("28P01", "password authentication failed"));
      else {
        const server = connect(behind);
        server.on("error", () => socket.destroy());
        server.write(start);
        server.pipe(socket);
        socket.pipe(server);
      }
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
