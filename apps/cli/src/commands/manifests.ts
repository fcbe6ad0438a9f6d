import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { given } from "../options.ts";
import { leaf, type Surroundings } from "../session.ts";

interface BuildOptions {
  readonly bucketName: string;
  readonly prefix?: string;
  readonly region: string;
  readonly accessGrantRoleArn: string;
  readonly suffix?: string;
  readonly glob?: string;
  readonly outputFile?: string;
}

export function addManifestCommands(program: Command, surroundings: Surroundings): void {
  const manifests = program.command("manifests").description("lists of what a dataset reads");
  leaf<BuildOptions>(
    manifests,
    surroundings,
    "build",
    "make a manifest of the objects under a prefix: count, sizes, skew and lines",
    (command) =>
      command
        .requiredOption("--bucketName <name>", "the bucket")
        .requiredOption("--region <region>", "its region")
        .requiredOption("--accessGrantRoleArn <arn>", "role that may list it")
        .option("--prefix <prefix>", "what the keys begin with")
        .option("--suffix <suffix>", "only keys that end so")
        .option("--glob <pattern>", "only keys like this: * any letters, ? one letter")
        .option("--outputFile <path>", "write the lines to a file"),
    async (session, options) => {
      const { bucketName, region, accessGrantRoleArn, outputFile } = options;
      const filter = given(options, "prefix", "suffix", "glob") as Pick<BuildOptions, "prefix" | "suffix" | "glob">;
      const built = await session.client.manifests.build({ bucketName, region, accessGrantRoleArn, ...filter });
      const { manifestFile, commands } = built;
      session.printer.value(built);
      if (!built.complete) session.printer.note("The listing was ended: narrow the prefix or the filter.");
      if (commands.length > 0)
        session.printer.note(`Too long for the configuration; make it with:\n${commands.join("\n")}`);
      if (outputFile === undefined || manifestFile?.manifestType !== "S3ReaderTextManifestFile") return;
      await writeFile(outputFile, `${manifestFile.fileContents}\n`);
      session.printer.note(`wrote ${built.count} lines to ${outputFile}`);
    },
  );
}
