import { once } from "node:events";
import { readdir, readFile, readlink } from "node:fs/promises";
import { connect } from "node:net";

/** Whether this process listens on the port of 127.0.0.1; where the system has no /proc, whether anybody does. */
export async function listens(pid: number, port: number): Promise<boolean> {
  return (await isOpen(port)) && (await holdsListener(pid, port));
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}

const LISTEN = "0A";

/** https://docs.kernel.org/networking/proc_net_tcp.html: a row is a socket, and a process's descriptors name its sockets by inode. */
async function holdsListener(pid: number, port: number): Promise<boolean> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "latin1").catch(() => "")),
  );
  if (tables.every((table) => table === "")) return true;
  const rows = tables.flatMap((table) => table.split("\n").map((row) => row.trim().split(/\s+/)));
  const ending = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = rows
    .filter(([, local, , state]) => state === LISTEN && local?.endsWith(ending))
    .map((row) => `socket:[${row[9]}]`);
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const open = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  return open.some((target) => sockets.includes(target));
}
