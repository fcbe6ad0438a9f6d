import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";

/** A cloud that answers every call with the same error, as services that speak JSON say it. */
export async function openRefusingCloud(access: CloudAccess, name: string, status = 400) {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(request.url ?? "");
    request.resume().on("end", () => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": name });
      response.end(JSON.stringify({ __type: `com.amazonaws#${name}`, message: "no" }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    access: { ...access, endpoint: `http://127.0.0.1:${port}` },
    calls,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
