import type { ConnectionOptions } from "node:tls";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { PoolConfig } from "pg";

/** What the secret says, as node-postgres takes it; nothing in it names a file. */
export interface DatabaseConnection extends PoolConfig {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly sslnegotiation: "postgres" | "direct";
}

const PATH = "writeConnector.connectionSecretArn";
/** They name files, which would be those of the machine the dataset runs on, and not the customer's. */
const FILE_PARAMETERS = [
  "sslcert",
  "sslkey",
  "sslrootcert",
  "sslcrl",
  "sslcrldir",
  "passfile",
  "service",
  "servicefile",
];
/** Handed to the server as they are. */
const SESSION_PARAMETERS = [
  "application_name",
  "client_encoding",
  "idle_in_transaction_session_timeout",
  "lock_timeout",
  "options",
  "statement_timeout",
] as const;

/**
 * Reads the secret's text: a connection URL, and below it, as PEM text, the certificates of the CAs to trust instead of the public ones.
 * Parameters mean what they mean to node-postgres 8, save that no file is read and nothing comes from this process's environment.
 * Throws CONFIG_INVALID, which names the parameter at fault and never a value.
 */
export function connectionOfSecret(text: string): DatabaseConnection {
  const [, address = "", certificates = ""] = /^([^\r\n]*)\s*(.*)$/s.exec(text) ?? [];
  if (!/^postgres(ql)?:\/\//.test(address) || !URL.canParse(address)) {
    throw invalid("The connection secret is no URL of the form postgresql://…");
  }
  const url = new URL(address);
  const parameters = url.searchParams;
  for (const name of FILE_PARAMETERS) {
    if (!parameters.has(name)) continue;
    const instead = name.startsWith("ssl")
      ? " Take it out; the certificate of a CA of your own goes below the URL in the secret, as PEM text."
      : " Take it out.";
    throw invalid(`The connection URL's parameter ${name} names a file, and none is read.${instead}`);
  }
  const host = parameters.get("host") || decoded(url.hostname).replace(/^\[(.+)\]$/, "$1");
  if (host === "") throw invalid("The connection URL names no host.");
  if (/^@|[/\\\0]/.test(host)) {
    throw invalid("The connection URL's host is a socket's path. Name the host that the database listens at.");
  }
  const user = parameters.get("user") || decoded(url.username);
  if (user === "") throw invalid("The connection URL names no user.");
  const port = Number(parameters.get("port") || url.port || 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw invalid("The connection URL's port is no port number.");
  const password = parameters.get("password") || decoded(url.password);
  const ssl = sslOf(parameters, certificatesOf(certificates));
  return {
    user,
    // As a function even if empty: node-postgres would look for another in the environment and in ~/.pgpass.
    password: () => password,
    host,
    port,
    database: decoded(url.pathname.slice(1)) || user,
    ssl,
    sslnegotiation: ssl !== false && parameters.get("sslnegotiation") === "direct" ? "direct" : "postgres",
    ...(Object.fromEntries(
      SESSION_PARAMETERS.map((name) => [name, parameters.get(name)]).filter(([, value]) => value),
    ) as Pick<PoolConfig, (typeof SESSION_PARAMETERS)[number]>),
  };
}

/**
 * As node-postgres 8 reads it: whatever asks for TLS checks the certificate, and with `uselibpqcompat=true` as much as libpq does
 * (https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION).
 */
function sslOf(parameters: URLSearchParams, ca: string | null): false | ConnectionOptions {
  const mode = parameters.get("sslmode");
  const ssl = parameters.get("ssl");
  const trusted = ca === null ? {} : { ca };
  const unchecked = { rejectUnauthorized: false };
  if (mode === "disable") return false;
  if (mode === "no-verify" || (mode === null && ssl === "no-verify")) return unchecked;
  if (mode === null) {
    const isOn = ssl === "true" || ssl === "1" || parameters.get("sslnegotiation") === "direct";
    return isOn || ca !== null ? trusted : false;
  }
  if (parameters.get("uselibpqcompat") !== "true" || mode === "verify-full") return trusted;
  if (mode === "require" || mode === "verify-ca") {
    if (ca !== null) return { ca, checkServerIdentity: () => undefined };
    if (mode === "require") return unchecked;
    throw invalid("The connection URL's sslmode verify-ca needs the CA's certificate below the URL in the secret.");
  }
  return mode === "prefer" ? unchecked : trusted;
}

function certificatesOf(text: string): string | null {
  if (text === "") return null;
  if (/^(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/.test(text)) return text;
  throw invalid("Below the URL the connection secret may hold certificates as PEM text, and holds something else.");
}

/** A percent sign that begins no escape is one. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch {
    return part;
  }
}

function invalid(message: string): Problem {
  return new Problem("CONFIG_INVALID", message, { path: PATH });
}
