import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";

export interface ScriptedAnswer {
  readonly status?: number;
  /** As JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A cloud that gives these answers, one a call, as services that speak JSON give them; the last one from then on. */
export async function openScriptedCloud(access: CloudAccess, answers: readonly ScriptedAnswer[]) {
  const actions: string[] = [];
  const server = createServer((request, response) => {
    const { status = 200, body } = answers[Math.min(actions.length, answers.length - 1)]!;
    actions.push(String(request.headers["x-amz-target"] ?? request.url).replace(/^.*\./, ""));
    request.resume().on("end", () => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    access: { ...access, endpoint: `http://127.0.0.1:${port}` },
    /** What was asked, in order. */
    actions,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
