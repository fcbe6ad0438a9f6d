import { Problem, type ProblemCode } from "@letsdata/plugin-kit/problems";

/** Classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const PASSING = [
  // Connection, rolled back, too few resources, a lock, shut down, the system's own trouble.
  /^(08|40|53|55P03|57|58)/,
  // A server that is becoming the primary (or no longer is it), and errors the server did not expect itself.
  /^(25006|XX000)$/,
];
const DENIED = /^(28|42501)/;
const MISSING = /^(3D000|3F000|42P01)/;
/** What the table or the server's limits say of one row: data, constraints, a repeated key, a trigger, too large an entry, a view's check. */
const OF_DOCUMENT = /^(22|23|21000|44000|54000|P0001)/;
/** The table changed since it was looked at: columns, their types, what makes the id unique. */
const OTHER_TABLE = /^(42703|42804|42P10|42883|42846)$/;
const BROKEN_CONNECTION = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT)$/;
/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE = /^(CERT_|CRL_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_)/;
/** PgBouncer says most of what it says under this code, outages behind it included: only the text tells them apart. */
const POOLER = "08P01";
const STARTUP_PARAMETER = /unsupported startup parameter(?: in options)?: "?([\w.]{1,63})/;
const POOLER_REFUSES =
  /no such (database|user)|does not exist|authentication failed|not permitted|permission denied|SSL required|unsupported protocol/i;

const SECRET = { path: "writeConnector.connectionSecretArn" };
const TABLE = { path: "writeConnector.tableName" };

/** What a failed call to PostgreSQL means to the pipeline. The server's own text may quote documents: it goes into no message. */
export function postgresProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const { code, message } = (thrown ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const name = typeof code === "string" ? code : "";
  const said = typeof message === "string" ? message : "";
  const problem = (as: ProblemCode, text: string, place = {}) =>
    new Problem(as, text, { cause: thrown, details: { postgresCode: name }, ...place });
  const parameter = refusedParameter(thrown);
  if (parameter !== undefined) {
    const text = `The database's connection pooler refuses the startup parameter ${parameter} (${POOLER}). Take it out of the secret's URL, or add it to ignore_startup_parameters of PgBouncer.`;
    return problem("CONFIG_INVALID", text, SECRET);
  }
  if (name === POOLER && POOLER_REFUSES.test(said)) {
    const text = `The database's connection pooler refuses the connection (${POOLER}). Compare database, user, password and sslmode of the secret's URL with the pooler's settings; its log says which.`;
    return problem("CONFIG_INVALID", text, SECRET);
  }
  if (
    PASSING.some((codes) => codes.test(name)) ||
    BROKEN_CONNECTION.test(name) ||
    (name === "" && isConnectionText(said))
  ) {
    return problem("CLOUD_UNAVAILABLE", `The database did not answer${name === "" ? "" : ` (${name})`}.`);
  }
  if (DENIED.test(name)) return problem("ACCESS_DENIED", `The database refused the call (${name}).`);
  if (MISSING.test(name)) return problem("RESOURCE_NOT_FOUND", `The database or table does not exist (${name}).`);
  if (OTHER_TABLE.test(name)) {
    const text = `The table is not as needed (${name}): it must have the columns id text PRIMARY KEY, vector and metadata jsonb. Check access says what differs.`;
    return problem("CONFIG_INVALID", text, TABLE);
  }
  if (CERTIFICATE.test(name)) {
    const text = `The database's certificate cannot be trusted (${name}). Put the certificate of its CA as PEM text below the URL in the secret, and connect to a host name that the certificate names.`;
    return problem("CONFIG_INVALID", text, SECRET);
  }
  return problem("CLOUD_CALL_REFUSED", `The database refused the call${name === "" ? "" : ` (${name})`}.`);
}

/** The parameter for which a pooler lets a connection not start; undefined where that is not what was thrown. */
export function refusedParameter(thrown: unknown): string | undefined {
  const { code, message } = (thrown ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return code === POOLER ? STARTUP_PARAMETER.exec(String(message))?.[1] : undefined;
}

/** True where the database refuses a row, and would take others. */
export function isOfDocument({ code, details }: Problem): boolean {
  return code === "CLOUD_CALL_REFUSED" && OF_DOCUMENT.test(String(details.postgresCode ?? ""));
}

function isConnectionText(message: string): boolean {
  return /terminated|timeout|closed|not queryable/i.test(message);
}
