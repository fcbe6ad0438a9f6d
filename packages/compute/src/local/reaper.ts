import { type ChildProcess, spawn } from "node:child_process";

/** Kills what is left of the task processes, each with all of its group, when their worker dies, even by SIGKILL. */
export interface Reaper {
  watch(pid: number): void;
  forget(pid: number): void;
  close(): void;
}

// A task process ends itself when its channel closes, unless customer code keeps its only thread: then only another process can
// end it. This one costs a shell. It reads `+pid` and `-pid` until the worker's end of the pipe is gone.
const script = `trap '' INT TERM HUP
pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) pids="$pids$pid " ;;
    -*) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
  esac
done
for pid in $pids; do kill -9 "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null; done`;

export function startReaper(): Reaper {
  let shell: ChildProcess | null = null;
  const watched = new Set<number>();
  const say = (line: string): void => {
    shell?.stdin?.write(line);
  };
  const start = (): void => {
    const started = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true, env: {} });
    shell = started;
    started.on("error", () => {});
    started.stdin.on("error", () => {});
    started.unref();
    (started.stdin as unknown as { unref?: () => void }).unref?.();
    started.on("exit", () => {
      if (shell === started) shell = null;
    });
  };
  return {
    watch(pid) {
      watched.add(pid);
      if (shell !== null) return say(`+${pid}\n`);
      start();
      for (const each of watched) say(`+${each}\n`);
    },
    forget(pid) {
      if (watched.delete(pid)) say(`-${pid}\n`);
    },
    close() {
      shell?.stdin?.end();
      shell = null;
    },
  };
}
