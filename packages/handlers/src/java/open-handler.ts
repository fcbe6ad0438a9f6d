import { join } from "node:path";
import { Problem } from "@letsdata/plugin-kit/problems";
import { jarOf } from "../artifact/jar-of.ts";
import { hostedLanguage } from "../host-process/hosted-language.ts";
import { realProgram } from "../host-process/real-program.ts";
import type { LanguageHost } from "../language-host.ts";
import type { SparkSurroundings } from "../spark/spark-step.ts";
import { javaHostFiles } from "./host-classes.ts";
import { readFatalError } from "./read-fatal-error.ts";

const runtime = {
  question: ["-XshowSettings:properties", "-version"],
  readPath(told: string) {
    const home = /^\s*java\.home = (.+)$/m.exec(told)?.[1];
    return home === undefined ? null : join(home, "bin/java");
  },
  language: "Java",
  installation: "a Java runtime of version 8 or newer (`java`; Debian: default-jre-headless)",
} as const;

/** Of a task's memory; the rest is for what a Java process needs beside its heap. */
const heapShare = 0.75;

/**
 * Handlers in Java run in a warm process beside the task's; the artifact is one JAR with everything it needs. `java`: the program that
 * runs them.
 */
export function javaHostWith(java: string): LanguageHost {
  return hostedLanguage({
    language: "JAVA",
    documentsStay: true,
    tellsImplementations: true,
    command(artifactDir, surroundings) {
      const files = javaHostFiles();
      if (!files) {
        throw new Problem(
          "NOT_AVAILABLE_LOCALLY",
          "Java handlers need the host program, which `pnpm start` builds where a JDK (`javac`; Debian: default-jdk-headless) is installed.",
          { path: "readConnector.artifactImplementationLanguage" },
        );
      }
      const { hostJar, interfacesJar } = files;
      return {
        command: realProgram({ ...runtime, program: java }),
        args: [
          ...heapLimit(),
          ...flags,
          ...(surroundings ? sparkFlags(surroundings) : []),
          "-jar",
          hostJar,
          jarOf(artifactDir),
          interfacesJar,
        ],
        environment: surroundings?.environment ?? {},
        workingDir: surroundings?.scratchDir ?? artifactDir,
        language: runtime.language,
        installation: runtime.installation,
        readCrash: ({ output }) => readFatalError(output),
      };
    },
    locate({ implementation }, interfaceName) {
      if (implementation) return { module: "", class: implementation };
      throw new Problem("ARTIFACT_INVALID", `Java needs the full name of the class that implements ${interfaceName}.`);
    },
  });
}

/** With the Java on the PATH. */
export const javaHost = javaHostWith("java");

/**
 * One busy thread and small heaps: the serial collector. What the machine itself says goes to the log, not into the pipe; but for its last
 * words, because a machine that dies can open no other place. Java before 13 writes those nowhere.
 */
const flags = [
  "-XX:+IgnoreUnrecognizedVMOptions",
  "-XX:+UseSerialGC",
  "-XX:-UsePerfData",
  "-XX:+DisableAttachMechanism",
  "-XX:+DisplayVMOutputToStderr",
  "-XX:ErrorFile=/dev/null",
  "-XX:+ErrorFileToStdout",
  "-XX:-CreateCoredumpOnCrash",
  "-Djava.awt.headless=true",
  "-Dfile.encoding=UTF-8",
];

/** What Spark opens of the JDK: https://github.com/apache/spark/blob/v3.5.7/launcher/src/main/java/org/apache/spark/launcher/JavaModuleOptions.java */
const openedToSpark = [
  ...[
    "lang",
    "lang.invoke",
    "lang.reflect",
    "io",
    "net",
    "nio",
    "util",
    "util.concurrent",
    "util.concurrent.atomic",
  ].map((name) => `java.base/java.${name}`),
  ...["jdk.internal.ref", "sun.nio.ch", "sun.nio.cs", "sun.security.action", "sun.util.calendar"].map(
    (name) => `java.base/${name}`,
  ),
  "java.security.jgss/sun.security.krb5",
];

function sparkFlags({ scratchDir, properties }: SparkSurroundings): string[] {
  const own = scratchDir === null ? {} : { "java.io.tmpdir": scratchDir, "letsdata.scratch": scratchDir };
  const all = { ...properties, ...own, "letsdata.spark": "true", "jdk.reflect.useDirectMethodHandle": "false" };
  return [
    ...openedToSpark.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    ...Object.entries(all).map(([name, value]) => `-D${name}=${value}`),
  ];
}

function heapLimit(): string[] {
  const megabytes = Number(process.env.LETSDATA_TASK_MEGABYTES);
  return megabytes > 0 ? [`-Xmx${Math.floor(megabytes * heapShare)}m`] : [];
}
