import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import type { OpenDatabase } from "./connect.ts";
import { postgresProblem } from "./postgres-problem.ts";

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SIGN_IN_REFUSED = /^28/;
const NO_DATABASE = "3D000";

/** Why the database could not be looked at, and what to do about it. The server's own text goes into no message. */
export function connectionFinding(thrown: unknown, database: Omit<OpenDatabase, "pool">): AccessFinding {
  const { place, name, role } = database;
  const path = "writeConnector.connectionSecretArn";
  const problem = postgresProblem(thrown);
  const { code, entry } = problem;
  const postgresCode = String(problem.details.postgresCode ?? "");
  const because = postgresCode === "" ? "" : ` (${postgresCode})`;
  const capital = `${place.slice(0, 1).toUpperCase()}${place.slice(1)}`;
  if (SIGN_IN_REFUSED.test(postgresCode)) {
    const message = `${capital} does not let the role ${role} in${because}.`;
    const fix = `Correct user and password in the secret; a role that may not sign in needs ALTER ROLE "${role}" LOGIN;`;
    return { path, code, message, fix };
  }
  if (postgresCode === NO_DATABASE) {
    const fix = "Make the database, or correct its name at the end of the secret's URL.";
    return { path, code, message: `There is nothing like ${place}${because}.`, fix };
  }
  if (code === "ACCESS_DENIED") {
    const message = `${capital} does not let the role ${role} connect${because}.`;
    return { path, code, message, fix: `Run GRANT CONNECT ON DATABASE "${name}" TO "${role}";` };
  }
  if (code === "CLOUD_UNAVAILABLE") {
    const fix = "It must be reached from here: look at host and port in the secret, firewall and security group.";
    return { path, code, message: `${capital} did not answer${because}.`, fix };
  }
  return { path, code, message: `${capital}: ${problem.message}`, fix: entry.fix };
}
