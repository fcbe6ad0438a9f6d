import { stderr, stdin } from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { createApiClient } from "@letsdata/api/client";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Command } from "commander";
import { Option } from "commander";
import { UsageError } from "../exit-codes.ts";
import { timeOption } from "../options.ts";
import { timeText } from "../printer.ts";
import { profilesPath, saveProfile } from "../profiles.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";

interface KeyOptions {
  readonly name: string;
  readonly scope: "read" | "all";
  readonly expires?: number;
}
interface LoginOptions {
  readonly emailAddress?: string;
  readonly endpoint?: string;
  readonly profile?: string;
}

export function addAccountCommands(program: Command, surroundings: Surroundings): void {
  leaf<LoginOptions>(
    program,
    surroundings,
    "login",
    "sign in with e-mail and password; saves an API key in the profile",
    (command) =>
      command
        .option("--emailAddress <address>", "asked for when not given")
        .option("--endpoint <address>", "address of the installation"),
    logIn,
  );
  leaf(program, surroundings, "schema", "print the JSON Schema of a dataset", same, async (session) =>
    session.printer.value(await session.client.system.schema()),
  );
  leaf(program, surroundings, "whoami", "who the API key belongs to", same, async (session) =>
    session.printer.value(await session.client.session.view()),
  );

  const users = program.command("users").description("people of the tenant");
  leaf(users, surroundings, "list", "list users", same, async (session) => {
    const { loggedInUser, users: all } = await session.client.users.list();
    const page = { loggedInUser, users: all };
    if (session.printer.isTable) {
      session.printer.list(
        { items: all },
        {
          fullName: (user) => user.fullName,
          emailAddress: (user) => user.emailAddress,
          role: (user) => user.userRole,
          status: (user) => user.userStatus,
          userId: (user) => user.userId,
        },
      );
    } else session.printer.value(page);
  });

  const keys = program.command("keys").description("API keys");
  leaf(keys, surroundings, "list", "list your keys", same, async (session) =>
    session.printer.list(await session.client.apiKeys.list(), {
      id: (key) => key.id,
      name: (key) => key.name,
      scope: (key) => key.scope,
      start: (key) => key.start,
      expires: (key) => timeText(key.expires),
      lastUsed: (key) => timeText(key.lastUsed),
    }),
  );
  leaf<KeyOptions>(
    keys,
    surroundings,
    "create",
    "make a key; it is shown once",
    (command) =>
      command
        .requiredOption("--name <name>", "what it is for")
        .addOption(new Option("--scope <scope>", "what it may do").choices(["read", "all"]).default("read"))
        .option("--expires <time>", "epoch milliseconds or a date and time", timeOption),
    async (session, { name, scope, expires }) =>
      session.printer.value(
        await session.client.apiKeys.create({ name, scope, ...(expires === undefined ? {} : { expires }) }),
      ),
  );
  leaf<{ readonly id: string }>(
    keys,
    surroundings,
    "delete",
    "delete a key",
    (command) => command.requiredOption("--id <id>", "the key's id"),
    async (session, { id }) => session.printer.value(await session.client.apiKeys.delete({ params: { id } })),
  );
}

function same(command: Command): Command {
  return command;
}

async function logIn(session: CliSession, options: LoginOptions): Promise<void> {
  const endpoint = (options.endpoint ?? session.profile.endpoint).replace(/\/+$/, "");
  const email = options.emailAddress ?? (await ask("E-mail address: "));
  const password = session.env.LETSDATA_PASSWORD ?? (await askUnseen("Password: "));
  const answer = await fetch(`${endpoint}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: endpoint },
    body: JSON.stringify({ email, password }),
  });
  if (!answer.ok)
    throw new Problem("UNAUTHENTICATED", "E-mail address and password do not match, or the user is disabled.");
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const signedIn = createApiClient({
    url: `${endpoint}/api/v1`,
    fetch: (request, init) => {
      const headers = new Headers(request instanceof Request ? request.headers : init?.headers);
      headers.set("cookie", cookie);
      headers.set("origin", endpoint);
      return fetch(request, { ...init, headers });
    },
  });
  const name = options.profile ?? new URL(endpoint).host;
  const made = await signedIn.apiKeys.create({ name: `cli ${name}`.slice(0, 64), scope: "all" });
  const path = profilesPath(session.env);
  await saveProfile(path, name, { endpoint, apiKey: made.key });
  session.printer.note(`Saved profile ${name} in ${path}.`);
}

async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    return await prompt.question(question);
  } finally {
    prompt.close();
  }
}

/** What is typed is not shown; the question and the line's end are. */
async function askUnseen(question: string): Promise<string> {
  stderr.write(question);
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: stdin, output: hidden, terminal: stdin.isTTY === true });
  const interrupted = new AbortController();
  prompt.once("SIGINT", () => interrupted.abort());
  prompt.once("close", () => interrupted.abort());
  try {
    return await prompt.question("", { signal: interrupted.signal });
  } catch (thrown) {
    if (interrupted.signal.aborted) throw new UsageError("No password was given.");
    throw thrown;
  } finally {
    prompt.close();
    stderr.write("\n");
  }
}
