import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEYS } from "../access-to.ts";
import { installGoProgram } from "../install-packages.ts";
import { type RunningServer, startServerProcess } from "../server-process.ts";

/** The S3 gateway of Versity, built from its Go module, over a folder of files. */
export async function startVersitygw(): Promise<RunningServer> {
  const folder = await installGoProgram("versitygw", join(import.meta.dirname, "version"));
  const dir = await mkdtemp(join(tmpdir(), "letsdata-versitygw-"));
  const [objects, attributes] = [join(dir, "objects"), join(dir, "attributes")];
  await Promise.all([mkdir(objects), mkdir(attributes)]);
  const server = await startServerProcess((port) => ({
    command: join(folder, "versitygw"),
    parameters: ["--port", `127.0.0.1:${port}`, "--region", "eu-west-1", "posix", "--sidecar", attributes, objects],
    environment: { ROOT_ACCESS_KEY: KEYS.accessKeyId, ROOT_SECRET_KEY: KEYS.secretAccessKey },
  }));
  return {
    ...server,
    async stop() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
