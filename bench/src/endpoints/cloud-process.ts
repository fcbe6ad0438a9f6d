import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalCloud } from "@letsdata/local-cloud/start-local-cloud";
import { benchAccount } from "./bench-account.ts";

const dir = mkdtempSync(join(tmpdir(), "bench-cloud-"));
const cloud = await startLocalCloud({
  dir,
  accounts: [benchAccount],
  kinesisShardBytesPerSecond: Number.MAX_SAFE_INTEGER,
  kinesisShardRecordsPerSecond: Number.MAX_SAFE_INTEGER,
});
process.send?.({ endpoint: cloud.endpoint });
process.on("disconnect", () => {
  void cloud.stop().then(() => rmSync(dir, { recursive: true, force: true }));
});
