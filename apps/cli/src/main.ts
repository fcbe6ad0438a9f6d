import { runCli } from "./run-cli.ts";

const { stdout, stderr } = process;
// Standard output has the answers of commands and nothing else: what a handler on trial prints goes to standard error.
Object.defineProperty(process, "stdout", { value: stderr });

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  terminal: {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    columns: stdout.columns,
  },
});
