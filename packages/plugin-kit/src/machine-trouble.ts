import { Problem } from "./problems.ts";

/** What a machine says when it, and nobody's code or data, is the reason. */
const words: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EAGAIN: "no more processes can be started",
  EDQUOT: "disk quota exceeded",
  EIO: "the disk cannot be read or written",
  EMFILE: "too many open files",
  ENFILE: "too many open files on the machine",
  ENOMEM: "out of memory",
  ENOSPC: "no space left on the disk",
  EROFS: "the disk can only be read",
};

/**
 * The Problem MACHINE_FAILED where an error of the operating system, met by our own code, says that this machine lacks something; null
 * for every other error. Paths of the machine are for logs only.
 */
export function machineTrouble(thrown: unknown): Problem | null {
  if (thrown instanceof Problem) return thrown.code === "MACHINE_FAILED" ? thrown : null;
  if (!(thrown instanceof Error)) return null;
  const { code, syscall } = thrown as NodeJS.ErrnoException;
  // Only what a call of the system reported: others use such codes with a meaning of their own.
  if (code === undefined || syscall === undefined || !Object.hasOwn(words, code)) return null;
  return new Problem("MACHINE_FAILED", `The worker's machine could not start the work: ${words[code]} (${code}).`, {
    cause: thrown,
    details: { thrown: thrown.message },
  });
}
