import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installJars } from "../install-packages.ts";
import { freePorts } from "../server-process.ts";

const START_SECONDS = 120;

export interface RunningKafka {
  /** Without authentication. */
  readonly open: string;
  /** SCRAM-SHA-512 without TLS. */
  readonly scram: string;
  readonly user: { readonly username: string; readonly password: string };
  /** It answers nobody until it goes on. */
  pause(): void;
  goOn(): void;
  stop(): Promise<void>;
}

/** The broker's published jars; Maven fetches them once. Returns their folder. */
export const installKafka = (): Promise<string> => installJars("kafka", join(import.meta.dirname, "pom.xml"));

/** Apache Kafka from its published jars: one node that is broker and controller. Needs Java 17 and Maven. */
export async function startKafka(): Promise<RunningKafka> {
  const jars = await installKafka();
  const dir = await mkdtemp(join(tmpdir(), "letsdata-kafka-"));
  const [openPort, scramPort, controllerPort] = await freePorts(3);
  const user = { username: "letsdata", password: randomBytes(12).toString("hex") };
  const settings = join(dir, "server.properties");
  const listeners = `OPEN://127.0.0.1:${openPort},SCRAM://127.0.0.1:${scramPort}`;
  await writeFile(
    settings,
    [
      "process.roles=broker,controller",
      "node.id=1",
      `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
      `listeners=${listeners},CONTROLLER://127.0.0.1:${controllerPort}`,
      `advertised.listeners=${listeners}`,
      "listener.security.protocol.map=OPEN:PLAINTEXT,SCRAM:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
      "controller.listener.names=CONTROLLER",
      "inter.broker.listener.name=OPEN",
      "sasl.enabled.mechanisms=SCRAM-SHA-512",
      "listener.name.scram.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
      "offsets.topic.replication.factor=1",
      "transaction.state.log.replication.factor=1",
      "transaction.state.log.min.isr=1",
      // Of the 50 that Kafka makes by default a busy machine is not done loading when the first transaction asks.
      "transaction.state.log.num.partitions=1",
      "offsets.topic.num.partitions=1",
      "auto.create.topics.enable=false",
      "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users=User:ANONYMOUS",
      // A topic without rules of its own is everybody's.
      "allow.everyone.if.no.acl.found=true",
      // On a machine busy with other tests the only broker would be taken for dead after 9 s.
      "broker.session.timeout.ms=120000",
      `log.dirs=${join(dir, "data")}`,
    ].join("\n"),
  );
  const scram = `SCRAM-SHA-512=[name=${user.username},password=${user.password}]`;
  const clusterBytes = randomBytes(16);
  // Its text must not begin with a dash: the tool would take it for an option.
  clusterBytes[0]! &= 0x7f;
  const clusterId = clusterBytes.toString("base64url");
  await ended(java(jars, "kafka.tools.StorageTool", "format", "-t", clusterId, "-c", settings, "--add-scram", scram));
  const broker = java(jars, "kafka.Kafka", settings);
  const stop = async () => {
    broker.kill("SIGKILL");
    if (broker.exitCode === null && broker.signalCode === null) await once(broker, "exit");
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await answers(Number(openPort), broker);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    open: `127.0.0.1:${openPort}`,
    scram: `127.0.0.1:${scramPort}`,
    user,
    pause: () => void broker.kill("SIGSTOP"),
    goOn: () => void broker.kill("SIGCONT"),
    stop,
  };
}

function java(jars: string, mainClass: string, ...parameters: string[]): ChildProcess {
  return spawn("java", ["-Xmx512m", "-cp", join(jars, "*"), mainClass, ...parameters], { stdio: "ignore" });
}

async function ended(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnargs.slice(0, 5).join(" ")} ended with ${code}`);
}

async function answers(port: number, broker: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_SECONDS * 1_000;
  while (performance.now() < deadline && broker.exitCode === null) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(100);
  }
  throw new Error(`Kafka did not start within ${START_SECONDS} s`);
}
