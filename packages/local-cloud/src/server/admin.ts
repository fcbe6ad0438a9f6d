import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cloud } from "../cloud.ts";
import { FAULT_KINDS, type FaultKind, type FaultRule } from "./faults.ts";
import { readWhole } from "./read-body.ts";
import type { Service } from "./service.ts";

const ADMIN_BODY_BYTES_MAX = 64 * 1024;

/** `/_local/health`, `/_local/faults` and what services add: unsigned, reachable from this machine only. */
export async function handleAdmin(
  cloud: Cloud,
  services: ReadonlyMap<string, Service>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const answer = (status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  // A browser page may reach 127.0.0.1 too; it always says where it comes from.
  if (request.headers.origin !== undefined) return answer(403, { error: "not for browsers" });
  const route = `${request.method} ${url.pathname}`;
  if (route === "GET /_local/health") return answer(200, { status: "ok", pid: process.pid });
  if (route === "GET /_local/faults") return answer(200, { faults: cloud.faults.list() });
  if (route === "DELETE /_local/faults") {
    const id = url.searchParams.get("id");
    if (id === null) cloud.faults.clear();
    else if (!cloud.faults.remove(id)) return answer(404, { error: "no such fault" });
    return answer(200, { faults: cloud.faults.list() });
  }
  if (route === "POST /_local/faults") {
    const rule = parseRule((await readWhole(request, ADMIN_BODY_BYTES_MAX)).toString("utf8"));
    return rule
      ? answer(200, { id: cloud.faults.add(rule) })
      : answer(400, { error: `a fault needs a kind of ${FAULT_KINDS.join(", ")}` });
  }
  const [, serviceName = "", action = ""] = /^POST \/_local\/([a-z0-9]+)\/([a-z-]+)$/.exec(route) ?? [];
  const run = services.get(serviceName)?.admin?.[action];
  if (run) {
    const body = parseObject((await readWhole(request, ADMIN_BODY_BYTES_MAX)).toString("utf8"));
    return body && run(body) ? answer(200, {}) : answer(404, { error: "nothing there by that name" });
  }
  return answer(404, { error: "unknown admin path" });
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const raw = JSON.parse(text) as unknown;
    return typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function parseRule(text: string): FaultRule | null {
  const raw = parseObject(text);
  if (!raw) return null;
  const { kind, service, action, match, probability, times, seed, latencyMs, when } = raw;
  if (!FAULT_KINDS.includes(kind as FaultKind)) return null;
  return {
    kind: kind as FaultKind,
    ...(typeof service === "string" ? { service } : {}),
    ...(typeof action === "string" ? { action } : {}),
    ...(typeof match === "string" ? { match } : {}),
    ...(typeof probability === "number" ? { probability } : {}),
    ...(typeof times === "number" ? { times } : {}),
    ...(typeof seed === "number" ? { seed } : {}),
    ...(typeof latencyMs === "number" ? { latencyMs } : {}),
    ...(when === "after" ? { when } : {}),
  };
}
