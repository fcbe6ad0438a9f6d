import { listSamples } from "../../../server/samples.ts";
import { currentPerson } from "../../../server/session.ts";

/** Dataset JSONs to start from; the installation's own files. */
export async function GET(): Promise<Response> {
  if (!(await currentPerson())) return new Response(null, { status: 401 });
  return Response.json({ items: await listSamples() }, { headers: { "cache-control": "no-store" } });
}
