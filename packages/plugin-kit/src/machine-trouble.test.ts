import { expect, test } from "vitest";
import { machineTrouble } from "./machine-trouble.ts";
import { Problem } from "./problems.ts";

const systemError = (code: string) =>
  Object.assign(new Error(`${code}: no, '/secret/path'`), { code, syscall: "write" });

test.each(["ENOSPC", "EMFILE", "ENOMEM", "EAGAIN"])(
  "%s of the system is the machine's, and is worth repeating",
  (code) => {
    const problem = machineTrouble(systemError(code))!;
    expect(problem).toMatchObject({ code: "MACHINE_FAILED", entry: { actor: "system", retry: "later" } });
    expect(problem.message).toContain(code);
    expect(problem.message).not.toContain("/secret");
    expect(machineTrouble(problem)).toBe(problem);
  },
);

test.each([
  ["a missing file", systemError("ENOENT")],
  ["a bad artifact", new Problem("ARTIFACT_INVALID", "no", { cause: systemError("ENOSPC") })],
  ["an error that only bears such a code", Object.assign(new Error("no"), { code: "ENOSPC" })],
  ["no error at all", "ENOSPC"],
])("%s is not", (_what, thrown) => {
  expect(machineTrouble(thrown)).toBeNull();
});
