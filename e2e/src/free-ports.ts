import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

export interface StartPorts {
  readonly consolePort: number;
  readonly cloudPort: number;
}

/** Ports of 127.0.0.1 that nobody listens on now. Held until both are known: one that is free again may be given a second time. */
export async function freePorts(): Promise<StartPorts> {
  const servers = [createServer(), createServer()] as const;
  const [consolePort, cloudPort] = [await portOf(servers[0]), await portOf(servers[1])];
  for (const server of servers) {
    server.close();
    await once(server, "close");
  }
  return { consolePort, cloudPort };
}

async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
