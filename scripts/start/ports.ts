import { once } from "node:events";
import { createServer } from "node:net";
import { StartProblem } from "./settings.ts";

/** Throws when somebody listens on the port already, naming the variable that chooses another. */
export async function assertPortFree(port: number, variable: string, purpose: string): Promise<void> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  try {
    await Promise.race([
      once(server, "listening"),
      once(server, "error").then(([error]) => {
        throw error;
      }),
    ]);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    throw new StartProblem(
      `port ${port} for the ${purpose} is ${code === "EACCES" ? "not allowed for this user" : "taken by another program"}`,
      `Stop that program, or choose another port: ${variable}=${port + 10} npx --yes pnpm@12.21.0 start`,
    );
  } finally {
    server.close();
  }
}
