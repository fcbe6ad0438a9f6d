import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface SampleDataset {
  readonly name: string;
  readonly text: string;
}

function samplesFolder(): string {
  return process.env.LETSDATA_SAMPLES_DIR ?? join(/* turbopackIgnore: true */ process.cwd(), "../../samples/datasets");
}

/** The dataset JSONs that run on the local default; none where the installation ships none. */
export async function listSamples(): Promise<readonly SampleDataset[]> {
  const folder = samplesFolder();
  const files = await readdir(folder).catch(() => []);
  const names = files.filter((file) => file.endsWith(".json") && !file.endsWith(".expected.json")).sort();
  return await Promise.all(
    names.map(async (file) => ({
      name: file.replace(/\.json$/, ""),
      text: await readFile(join(folder, file), "utf8"),
    })),
  );
}
