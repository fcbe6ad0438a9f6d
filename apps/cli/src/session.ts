import { type ApiClient, createApiClient } from "@letsdata/api/client";
import { type Command, InvalidArgumentError } from "commander";
import { Printer, type Printing, type Terminal } from "./printer.ts";
import { type Profile, resolveProfile } from "./profiles.ts";

export interface GlobalOptions extends Printing {
  readonly profile?: string;
}

/** What a command works with. */
export interface CliSession {
  readonly profile: Profile;
  readonly client: ApiClient;
  readonly printer: Printer;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** No server answered at the profile's endpoint. */
export class NoAnswer extends Error {
  constructor(endpoint: string) {
    super(`The installation at ${endpoint} does not answer. Is it running?`);
  }
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
}

export async function openSession(surroundings: Surroundings, options: GlobalOptions): Promise<CliSession> {
  const profile = await resolveProfile(surroundings.env, options.profile);
  const client = createApiClient({
    url: `${profile.endpoint}/api/v1`,
    ...(profile.apiKey === undefined ? {} : { apiKey: profile.apiKey }),
  });
  return { profile, client, printer: new Printer(surroundings.terminal, options), ...surroundings };
}

type Action<Options> = (session: CliSession, options: Options & GlobalOptions) => Promise<void>;

/** A command with the options all commands have; `define` adds its own. */
export function leaf<Options extends object>(
  parent: Command,
  surroundings: Surroundings,
  name: string,
  description: string,
  define: (command: Command) => Command,
  action: Action<Options>,
): void {
  const command = parent.command(name).description(description).allowExcessArguments(false);
  define(command)
    .option("--profile <name>", "profile of the profiles file")
    .option("--prettyPrint", "indent JSON")
    .option("--output <format>", "json or table", parseOutput, "json")
    .action(async (options: Options & GlobalOptions) => {
      const session = await openSession(surroundings, options);
      await action(session, options).catch((thrown: unknown) => {
        const isUnanswered = thrown instanceof TypeError && thrown.message === "fetch failed";
        throw isUnanswered ? new NoAnswer(session.profile.endpoint) : thrown;
      });
    });
}

function parseOutput(value: string): "json" | "table" {
  if (value === "json" || value === "table") return value;
  throw new InvalidArgumentError("Choose json or table.");
}
