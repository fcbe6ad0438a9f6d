import { type AddressInfo, connect, createServer } from "node:net";
import { onTestFinished } from "vitest";

/** A way to the cloud that tells when its one client has asked, and when the cloud has heard that it hung up. */
export async function openWay(port: number) {
  const asked = Promise.withResolvers<void>();
  const hungUp = Promise.withResolvers<void>();
  const way = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    client.pipe(upstream).pipe(client);
    client.once("data", () => asked.resolve());
    client.on("error", () => {}).on("close", () => upstream.end());
    upstream.on("error", () => {}).on("close", () => hungUp.resolve());
  });
  await new Promise<void>((listening) => way.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void way.close());
  return {
    endpoint: `http://127.0.0.1:${(way.address() as AddressInfo).port}`,
    asked: asked.promise,
    hungUp: hungUp.promise,
  };
}
