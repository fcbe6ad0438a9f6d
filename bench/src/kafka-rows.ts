import { Admin } from "@platformatic/kafka";
import { installKafka, startKafka } from "../../scripts/servers/kafka/start-kafka.ts";
import { tools } from "../../scripts/tools.ts";
import { alternateRates } from "./alternate.ts";
import { bareKafkaTarget } from "./bare-kafka.ts";
import { type BareTarget, runBareTask } from "./bare-task.ts";
import { unpackHandlers } from "./handlers.ts";
import { compareOverhead, type OverheadFile } from "./overhead-rows.ts";
import { needsProc, perProcessorSecond, processorSeconds } from "./process-figures.ts";
import { type Scene, secondsOf, startPart } from "./scene.ts";
import { flightLines, gzipped, putSource } from "./sources.ts";
import { startWholeTasks, type WholeTasks, type WriteTarget } from "./whole-task.ts";
import { needOf, withTools } from "./with-tools.ts";

const what = "gzip'd lines → Kafka";
const file = "kafka-flights.gz";
const topicName = "flights";
const topicPartitions = 3;
/** So many that the dozen calls which open a transactional producer are not what is measured. */
const flights = 120_000;
/** A broker in Java works beside either side, and what it does when differs from run to run: it takes more pairs to be sure. */
const morePairs = 3;

/** (a) The same with Apache Kafka as the target: one broker of its own, as `pnpm test:servers kafka` starts it. */
export async function kafkaRows(scene: Scene): Promise<void> {
  const name = { row: "a", what: `whole task, ${what}` };
  const programs = needOf(tools.java, tools.maven);
  const needs = { ...programs, find: () => programs.find().then(installKafka) };
  await withTools(scene, name, needs, () => compareOnBroker(scene));
}

async function compareOnBroker(scene: Scene): Promise<void> {
  const handlers = await unpackHandlers();
  scene.parts.defer(handlers.remove);
  const kafka = await startPart(scene, startKafka());
  await makeTopic(kafka.open);
  const tasks = await startWholeTasks(scene);
  await putSource(scene.cloud.access, file, gzipped(flightLines(flights)));
  const target = {
    destination: "KAFKA",
    config: {
      resourceLocation: "Customer",
      bootstrapServers: kafka.open,
      topicName,
      topicPartitions,
      topicReplicationFactor: 1,
      compression: "none",
    },
  };
  const source = { key: file, handler: handlers.flights };
  const bare = () => bareKafkaTarget(kafka.open, topicName);
  await compareOverhead(scene, what, tasks, source, target, bare, morePairs * secondsOf(scene));
  await compareProcessorTime(scene, tasks, source, target, bare);
}

/** What a message costs, whoever else uses the machine: a task that waits for its broker shows in the row above. */
async function compareProcessorTime(
  scene: Scene,
  tasks: WholeTasks,
  { key, handler }: OverheadFile,
  target: WriteTarget,
  bareTarget: () => BareTarget,
): Promise<void> {
  const name = { row: "a", what: `processor time: whole task, ${what}` };
  if ((await processorSeconds(process.pid)) === null) return scene.report({ ...name, notMeasured: needsProc });
  const { product, bare, ratio } = await alternateRates(
    secondsOf(scene),
    () =>
      perProcessorSecond(
        () => tasks.processIds()[0],
        () => tasks.run(key, { language: "JAVASCRIPT", artifactDir: handler.artifactDir }, target),
      ),
    () =>
      perProcessorSecond(
        () => process.pid,
        () => runBareTask(scene.cloud.access, key, handler, bareTarget()),
      ),
  );
  scene.report({
    ...name,
    unit: "records/processor s",
    value: product,
    bare,
    ratio,
    limit: { kind: "at least", of: "ratio", bar: 0.9 },
  });
}

/** Before either side needs it. */
async function makeTopic(broker: string): Promise<void> {
  const admin = new Admin({ clientId: "bench", bootstrapBrokers: [broker] });
  try {
    await admin.createTopics({ topics: [topicName], partitions: topicPartitions, replicas: 1 });
  } finally {
    await admin.close();
  }
}
