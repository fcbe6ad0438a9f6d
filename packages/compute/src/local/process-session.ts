import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const lookMilliseconds = 10;
/** The kernel keeps a killed process that waits for a disk; nobody waits for it longer than this. */
const patienceMilliseconds = 10_000;

/**
 * Kills all processes of a session and returns when they are gone. A group would not do: Spark's Python workers make one of their own,
 * and Java's processes outlive the program that started them. What left the session on purpose (`setsid`) is not found. Does nothing
 * where the system has no /proc.
 */
export async function endSession(leader: number): Promise<void> {
  if (leader <= 0) return;
  const deadline = performance.now() + patienceMilliseconds;
  for (;;) {
    const members = await membersOf(leader);
    if (members.length === 0 || performance.now() > deadline) return;
    for (const pid of members) kill(pid);
    await pause(lookMilliseconds);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

async function membersOf(session: number): Promise<readonly number[]> {
  const names = await readdir("/proc").catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const isMember = await Promise.all(pids.map((pid) => isAliveIn(session, pid)));
  return pids.filter((_, at) => isMember[at]);
}

async function isAliveIn(session: number, pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  // The program's name, in parentheses, may hold anything; behind it: state, parent, group, session.
  const [state, , , itsSession] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie does nothing any more: it waits for its parent to ask how it ended.
  return Number(itsSession) === session && state !== "Z" && state !== "X";
}
