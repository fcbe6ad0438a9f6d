import { join } from "node:path";
import { installPythonPackages } from "../install-packages.ts";
import { type RunningServer, startServerProcess } from "../server-process.ts";

export const ACCOUNT = "000000000001";

/** moto's server: every AWS service it knows on one port, all state in memory. */
export async function startMoto(): Promise<RunningServer> {
  const packages = await installPythonPackages("moto", join(import.meta.dirname, "requirements.txt"));
  return startServerProcess((port) => ({
    command: "python3",
    parameters: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
    environment: { PYTHONPATH: packages, MOTO_ACCOUNT_ID: ACCOUNT },
  }));
}
