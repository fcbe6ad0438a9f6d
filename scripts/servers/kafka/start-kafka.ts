import { randomBytes } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../run-command.ts";
import { installJars } from "../install-packages.ts";
import { startServerProcess } from "../server-process.ts";

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
  const remove = () => rm(dir, { recursive: true, force: true });
  const user = { username: "letsdata", password: randomBytes(12).toString("hex") };
  try {
    const formatted = join(dir, "formatted");
    await format(jars, dir, formatted, user);
    const server = await startServerProcess(async (...ports) => {
      // A start on other ports finds nothing of the one before.
      const data = join(dir, `data-${ports[0]}`);
      await cp(formatted, data, { recursive: true });
      const settings = join(dir, `server-${ports[0]}.properties`);
      await writeFile(settings, settingsOf(ports, data));
      return java(jars, "kafka.Kafka", settings);
    }, 3);
    const [openPort, scramPort] = server.ports;
    return {
      open: `127.0.0.1:${openPort}`,
      scram: `127.0.0.1:${scramPort}`,
      user,
      pause: () => server.signal("SIGSTOP"),
      goOn: () => server.signal("SIGCONT"),
      async stop() {
        server.signal("SIGKILL");
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** `ports`: open, with SCRAM, of the controller. */
function settingsOf([openPort, scramPort, controllerPort]: readonly number[], data: string): string {
  const listeners = `OPEN://127.0.0.1:${openPort},SCRAM://127.0.0.1:${scramPort}`;
  return [
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
    `log.dirs=${data}`,
  ].join("\n");
}

/** Makes the folder `data` of a new cluster that knows the user. It does not keep the ports. */
async function format(jars: string, dir: string, data: string, user: RunningKafka["user"]): Promise<void> {
  const settings = join(dir, "format.properties");
  await writeFile(settings, settingsOf([9092, 9093, 9094], data));
  const scram = `SCRAM-SHA-512=[name=${user.username},password=${user.password}]`;
  const clusterBytes = randomBytes(16);
  // Its text must not begin with a dash: the tool would take it for an option.
  clusterBytes[0]! &= 0x7f;
  const clusterId = clusterBytes.toString("base64url");
  const tool = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", settings, "--add-scram", scram] as const;
  const { command, parameters } = java(jars, ...tool);
  const made = await runCommand(command, parameters, { cwd: dir });
  if (made.code !== 0) throw new Error(`${tool.slice(0, 2).join(" ")} ended with ${made.code}:\n${made.output}`);
}

function java(jars: string, mainClass: string, ...parameters: readonly string[]) {
  return { command: "java", parameters: ["-Xmx512m", "-cp", join(jars, "*"), mainClass, ...parameters] };
}
