import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import v8 from "node:v8";

/**
 * Node's permission model keeps files, processes, workers and addons from customer code, but neither signals nor the channel to the
 * worker nor local sockets nor V8's flags: those are taken away here. (`node:sqlite` opens files past the permission model; the
 * process is started with --no-experimental-sqlite.)
 */
export function closeEscapes(): void {
  const processNames = [
    "kill",
    "_kill",
    "_debugProcess",
    "_debugEnd",
    "send",
    "_send",
    "disconnect",
    "_disconnect",
    "dlopen",
    "execve",
  ];
  for (const name of [...processNames, "setuid", "setgid", "abort"]) replace(process, name, refused(`process.${name}`));
  replace(v8, "setFlagsFromString", refused("v8.setFlagsFromString"));
  const connect = net.Socket.prototype.connect;
  replace(net.Socket.prototype, "connect", function (this: net.Socket, ...args: Parameters<typeof connect>) {
    if (socketPathOf(args[0]) !== undefined) throw new Error("local sockets are not available to handlers");
    return Reflect.apply(connect, this, args);
  });
  syncBuiltinESMExports();
}

/** `connect` takes a path, an options object, or Node's own normalised `[options, callback]`. */
function socketPathOf(target: unknown): unknown {
  if (typeof target === "string") return Number.isNaN(Number(target)) ? target : undefined;
  const options: unknown = Array.isArray(target) ? target[0] : target;
  return (options as { path?: unknown } | null | undefined)?.path ?? undefined;
}

function refused(name: string) {
  return () => {
    throw new Error(`${name} is not available to handlers`);
  };
}

function replace(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, configurable: false, writable: false });
}
