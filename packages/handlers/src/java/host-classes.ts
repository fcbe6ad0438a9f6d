import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jarOf } from "../artifact/jar-of.ts";

const sources = import.meta.dirname;
const builds = join(sources, "../../.build/java");
const mainClass = "com.letsdata.host.Main";
/** The descriptors' numbers, and the C library by which a host on Java 24 and newer contains itself. */
const manifestOfHost = `Main-Class: ${mainClass}
Add-Opens: java.base/java.io java.base/java.lang
Enable-Native-Access: ALL-UNNAMED
`;
/** Published interfaces promise Java 8 bytecode (product.md §4.4). */
const release = "8";

export interface JavaHostFiles {
  /** The published interfaces: what a customer compiles against. */
  readonly interfacesJar: string;
  readonly hostJar: string;
}

/** The built JARs of these sources, or null when nobody has built them on this machine. */
export function javaHostFiles(): JavaHostFiles | null {
  const files = filesIn(hostFolder());
  return existsSync(files.hostJar) ? files : null;
}

/** Builds the JARs with the JDK on the PATH, unless these sources are built already. Throws what is missing or what the compiler says. */
export async function buildJavaHost(): Promise<JavaHostFiles> {
  const target = hostFolder();
  await buildOnce(target, async (draft) => {
    const { interfacesJar, hostJar } = filesIn(draft);
    const classPath = [await compileDeclarations(draft)];
    const interfaces = javaFilesIn(join(sources, "interfaces"));
    await compileToJar({ javaFiles: interfaces, folder: draft, jar: interfacesJar, classPath });
    const manifest = join(draft, "manifest.txt");
    await writeFile(manifest, manifestOfHost);
    const javaFiles = javaFilesIn(join(sources, "host"));
    await compileToJar({ javaFiles, folder: draft, jar: hostJar, classPath: [interfacesJar], manifest });
  });
  return filesIn(target);
}

/**
 * A JAR of the Java sources in a folder, compiled against the published interfaces and the declarations of what they name of others.
 * Returns the artifact's folder.
 */
export async function buildJavaArtifact(folder: string): Promise<string> {
  const { interfacesJar } = await buildJavaHost();
  const javaFiles = javaFilesIn(folder);
  const target = join(builds, `artifact-${digestOf([...javaFiles, interfacesJar])}`);
  await buildOnce(target, async (draft) => {
    const classPath = [interfacesJar, await compileDeclarations(draft)];
    await compileToJar({ javaFiles, folder: draft, jar: jarOf(draft), classPath });
  });
  return target;
}

/** Classes that only others have and that published signatures name. Returns their folder, which is no part of any JAR. */
async function compileDeclarations(draft: string): Promise<string> {
  const classes = join(draft, "compile-only");
  await compile({ javaFiles: javaFilesIn(join(sources, "compile-only")), classes });
  return classes;
}

/** Several processes may build at the same time: each builds apart, the first one to be done wins. */
async function buildOnce(target: string, build: (draft: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  const draft = `${target}.${randomUUID()}.part`;
  await mkdir(draft, { recursive: true });
  try {
    await build(draft);
    await rename(draft, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Compiles Java 8 classes into a JAR. `folder` is used for the classes. Throws what the compiler says. */
async function compileToJar(input: {
  readonly javaFiles: readonly string[];
  readonly folder: string;
  readonly jar: string;
  readonly classPath?: readonly string[];
  readonly manifest?: string;
}): Promise<void> {
  const { javaFiles, folder, jar, classPath = [], manifest } = input;
  const classes = join(folder, `classes-${randomUUID()}`);
  await compile({ javaFiles, classes, classPath });
  await run("jar", [
    ...quickStart,
    "--create",
    "--file",
    jar,
    ...(manifest ? ["--manifest", manifest] : []),
    "-C",
    classes,
    ".",
  ]);
  await rm(classes, { recursive: true });
}

/** Java 8 classes of the sources into a folder. */
async function compile(input: {
  readonly javaFiles: readonly string[];
  readonly classes: string;
  readonly classPath?: readonly string[];
}): Promise<void> {
  const { javaFiles, classes, classPath = [] } = input;
  await mkdir(classes, { recursive: true });
  const path = classPath.length > 0 ? ["-cp", classPath.join(":")] : [];
  const flags = ["--release", release, "-encoding", "UTF-8", "-g", "-Xlint:-options", "-nowarn"];
  await run("javac", [...quickStart, ...flags, ...path, "-d", classes, ...javaFiles]);
}

/** Compilers that run for a second gain nothing from their own optimisation. */
const quickStart = ["-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"];

function filesIn(folder: string): JavaHostFiles {
  return { interfacesJar: join(folder, "letsdata-handlers.jar"), hostJar: join(folder, "letsdata-java-host.jar") };
}

function javaFilesIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".java"))
    .sort()
    .map((name) => join(folder, name));
}

function hostFolder(): string {
  return join(
    builds,
    `host-${digestOf(["interfaces", "host", "compile-only"].flatMap((part) => javaFilesIn(join(sources, part))))}`,
  );
}

function digestOf(files: readonly string[]): string {
  const digest = createHash("sha256");
  for (const file of files) digest.update(file.slice(sources.length)).update("\0").update(readFileSync(file));
  return digest.digest("hex").slice(0, 16);
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error(`there is no ${command} on the PATH`) : error);
    });
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${command} failed:\n${output}`))));
  });
}
