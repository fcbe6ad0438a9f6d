import { join } from "node:path";
import { jarOf } from "@letsdata/handlers/artifact/jar-of";
import { buildJavaArtifact, buildJavaHost } from "@letsdata/handlers/java/host-classes";
import { tools } from "../../scripts/tools.ts";
import { alternate } from "./alternate.ts";
import { type BareProcess, startBareProcess } from "./bare-process.ts";
import { type Scene, secondsOf } from "./scene.ts";
import { flightLines, gzipped, putSource } from "./sources.ts";
import { startWholeTasks, type TaskHandler, toS3 } from "./whole-task.ts";
import { needOf, withTools } from "./with-tools.ts";

const here = import.meta.dirname;
const handlersDir = join(here, "../handlers");
const key = "language-flights.gz";
const nameOf = (language: string) =>
  ({ row: "b", what: `whole task, gzip'd lines → S3, handler in ${language} (bare: a loop in ${language})` }) as const;

/** (b) A whole data task whose handler is not in JavaScript, against a loop in the handler's own language over the same file. */
export async function languageRows(scene: Scene): Promise<void> {
  const { cloud } = scene;
  await putSource(cloud.access, key, gzipped(flightLines(scene.quick ? 40_000 : 120_000)));
  await withTools(scene, nameOf("Python"), needOf(tools.python), async () => {
    const artifactDir = join(handlersDir, "flights-python");
    const bareTask = startBareProcess(cloud, key, "python3", ["-I", "-B", join(here, "bare_task.py"), artifactDir]);
    await compare(scene, "Python", { language: "PYTHON", artifactDir }, bareTask);
  });
  await withTools(scene, nameOf("Java"), needOf(tools.jdk), async () => {
    const artifactDir = await buildJavaArtifact(join(handlersDir, "flights-java"));
    const { interfacesJar } = await buildJavaHost();
    const classPath = [jarOf(artifactDir), interfacesJar].join(":");
    // The collector is the host's, too: it is not what is compared.
    const parameters = ["-XX:+UseSerialGC", "-cp", classPath, join(here, "BareTask.java")];
    const handler = { language: "JAVA", artifactDir, implementation: "com.acme.flights.FlightParser" } as const;
    await compare(scene, "Java", handler, startBareProcess(cloud, key, "java", parameters));
  });
}

async function compare(scene: Scene, language: string, handler: TaskHandler, bareTask: BareProcess): Promise<void> {
  scene.parts.defer(bareTask.stop);
  const tasks = await startWholeTasks(scene);
  const { product, bare, ratio } = await alternate(
    secondsOf(scene),
    () => tasks.run(key, handler, toS3),
    () => bareTask.run(),
  );
  scene.report({
    ...nameOf(language),
    unit: "records/s",
    value: product,
    bare,
    ratio,
    limit: { kind: "at least", of: "ratio", bar: 0.8 },
  });
}
