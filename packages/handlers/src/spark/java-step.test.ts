import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { buildJavaArtifact } from "../java/host-classes.ts";
import { javaHostWith } from "../java/open-handler.ts";
import { installedJavas } from "../java/testing/installed-javas.ts";

let artifactDir: string;
const folder = mkdtempSync(join(tmpdir(), "letsdata-java-step-"));
beforeAll(async () => {
  artifactDir = await buildJavaArtifact(join(import.meta.dirname, "testing/java-artifact"));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Every version on this machine: up to 23 Java's own means contain a step, from 24 on the kernel's. */
describe.each(installedJavas())("a Spark step with Java $version", ({ java }) => {
  /** What the step of the test's artifact says. */
  async function told(order: string, master = "local[*]"): Promise<string> {
    const step = await javaHostWith(java).openSparkStep!({
      interfaceName: "SparkMapperInterface",
      artifactDir,
      implementation: "com.acme.StepOrders",
      taskId: "1",
      surroundings: {
        scratchDir: mkdtempSync(join(folder, "scratch-")),
        properties: { "spark.master": master },
        environment: {},
      },
    });
    const call = {
      appName: "Words-1",
      readDestination: "S3",
      readUri: "s3a://data/a.txt",
      readFormat: order,
      readOptions: {},
      writeDestination: "S3",
      writeUri: "s3a://out/Words/1.json",
      writeFormat: "json",
      writeMode: "overwrite",
      writeOptions: {},
      sparkCredentialsSecretArn: "arn:aws:secretsmanager:eu-west-1:000000000001:secret:s-AbCdEf",
    };
    try {
      return await step.run(call, new AbortController().signal).then(
        () => "nothing",
        (error: Error) => /IllegalStateException: (.*) \(line/.exec(error.message)?.[1] ?? error.message,
      );
    } finally {
      await step.close();
    }
  }

  test("renames between folders of its own, as Hadoop commits what it wrote", async () => {
    expect(await told("rename")).toBe("moved words");
  });

  describe("and an operator's Spark", () => {
    const home = join(folder, "spark");
    const hadoop = join(folder, "hadoop");
    const configuration = join(folder, "configuration");
    beforeAll(() => {
      const files = {
        [join(home, "jars/notes.txt")]: "",
        [join(home, "conf/hive-site.xml")]: "<value>password</value>",
        [join(hadoop, "etc/core-site.xml")]: "<value>fs.s3a.secret.key</value>",
        [join(configuration, "spark-defaults.conf")]: "spark.master yarn\nspark.eventLog.enabled true",
        [join(configuration, "core-site.xml")]: "<value>fs.s3a.secret.key</value>",
      };
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text, { mode: 0o444 });
      }
    });
    beforeEach(() => {
      vi.stubEnv("SPARK_HOME", home);
      vi.stubEnv("SPARK_CONF_DIR", configuration);
      vi.stubEnv("HADOOP_HOME", hadoop);
      vi.stubEnv("HADOOP_CONF_DIR", configuration);
    });
    afterEach(() => vi.unstubAllEnvs());

    test("takes its defaults, behind which ours hold, and reads none of its other configuration", async () => {
      expect(await told("configuration")).toBe(`true local[*] true ${join(home, "jars/notes.txt")}`);
    });

    test("reads Hadoop's configuration on YARN, which says where the cluster is", async () => {
      const read = [join(home, "jars/notes.txt"), join(configuration, "core-site.xml")];
      expect(await told("configuration", "yarn")).toBe(`true yarn true ${read.join(" ")}`);
    });
  });
});
