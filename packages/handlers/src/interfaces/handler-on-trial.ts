import { Problem } from "@letsdata/plugin-kit/problems";
import { type HandlerInterface, interfacesIn, type ModuleLanguage } from "../artifact/locate-handler.ts";
import type { Implementations, LanguageHost } from "../language-host.ts";

/** Which handler of an artifact is meant. */
export interface HandlerOnTrial {
  readonly interfaceName: string;
  readonly implementation: string | null;
  /** Of state machines, where the artifact has one parser class. */
  readonly parserImplementations?: Readonly<Record<string, string>>;
  /** Where the artifact has one vectors handler and says so itself. */
  readonly vectorsImplementation?: string;
}

export interface StatedHandler {
  readonly artifactDir: string;
  readonly interfaceName?: string;
  readonly implementation?: string | null;
  readonly language?: ModuleLanguage;
}

/** What is not stated is looked for in the artifact. Throws Problem REQUEST_INVALID where it has none or several. */
export async function handlerOnTrial(host: LanguageHost, stated: StatedHandler): Promise<HandlerOnTrial> {
  const { artifactDir, interfaceName, implementation = null, language } = stated;
  if (!host.implementations) {
    return { interfaceName: interfaceName ?? onlyInterface(artifactDir, language), implementation };
  }
  const classes = await host.implementations(artifactDir);
  const found = Object.entries(classes).flatMap(([className, names]) =>
    names
      .filter((name) => (interfaceName === undefined ? !notOnTheirOwn.includes(name) : name === interfaceName))
      .filter(() => implementation === null || className === implementation)
      .map((name) => ({ interfaceName: name, implementation: className })),
  );
  const [only, second] = found;
  if (!only && interfaceName !== undefined && implementation !== null) return { interfaceName, implementation };
  if (!only || second) throw unclear(stated, found);
  const parser = onlyClass(classes, "SingleFileStateMachineParser");
  const vectors = onlyClass(classes, "SagemakerVectorsInterface");
  return {
    ...only,
    ...(parser ? { parserImplementations: { "*": parser } } : {}),
    ...(vectors ? { vectorsImplementation: vectors } : {}),
  };
}

function onlyClass(classes: Implementations, interfaceName: HandlerInterface): string | null {
  const [only, second] = Object.keys(classes).filter((name) => classes[name]?.includes(interfaceName));
  return only !== undefined && second === undefined ? only : null;
}

const notOnTheirOwn: readonly HandlerInterface[] = [
  "SingleFileStateMachineParser",
  "SagemakerVectorsInterface",
  "SparkMapperInterface",
  "SparkReducerInterface",
];

function onlyInterface(artifactDir: string, language?: ModuleLanguage): HandlerInterface {
  const found = interfacesIn(artifactDir, language).filter((name) => !notOnTheirOwn.includes(name));
  const [only, second] = found;
  if (second === undefined) return only ?? "SingleFileParser";
  throw new Problem("REQUEST_INVALID", `The artifact has several interfaces; state one of ${found.join(", ")}.`);
}

type Found = { readonly interfaceName: HandlerInterface; readonly implementation: string };

function unclear({ interfaceName, implementation }: StatedHandler, found: readonly Found[]): Problem {
  const what = interfaceName ?? "an interface that can be tried on its own";
  const whichClass = implementation ? `class ${implementation}` : "class";
  const message =
    found.length === 0
      ? `The artifact has no public ${whichClass} that implements ${what}.`
      : `The artifact has several handlers: ${found.map((one) => `${one.interfaceName} (${one.implementation})`).join(", ")}.`;
  const fix =
    found.length === 0
      ? "Build the JAR with the handler's class, and state its interface with --interface and its full name with --implementation."
      : "State the one that is meant with --interface and --implementation.";
  return new Problem("REQUEST_INVALID", message, { errors: [{ path: "", code: "REQUEST_INVALID", message, fix }] });
}
