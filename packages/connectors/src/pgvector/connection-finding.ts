import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { postgresProblem } from "./postgres-problem.ts";

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SIGN_IN_REFUSED = /^28/;
const NO_DATABASE = "3D000";

/** Why the database at `place` could not be looked at, and what to do about it. The server's own text goes into no message. */
export function connectionFinding(thrown: unknown, place: string): AccessFinding {
  const path = "writeConnector.connectionSecretArn";
  const problem = postgresProblem(thrown);
  const { code, entry } = problem;
  const postgresCode = String(problem.details.postgresCode ?? "");
  const because = postgresCode === "" ? "" : ` (${postgresCode})`;
  const capital = `${place.slice(0, 1).toUpperCase()}${place.slice(1)}`;
  if (SIGN_IN_REFUSED.test(postgresCode)) {
    const message = `${capital} does not let the secret's user in${because}.`;
    return { path, code, message, fix: "Correct user and password in the secret; the role must be allowed to LOGIN." };
  }
  if (postgresCode === NO_DATABASE) {
    const fix = "Make the database, or correct its name at the end of the secret's URL.";
    return { path, code, message: `There is nothing like ${place}${because}.`, fix };
  }
  if (code === "ACCESS_DENIED") {
    const fix = "Let the secret's user connect: GRANT CONNECT ON DATABASE … TO …;";
    return { path, code, message: `${capital} refused to be looked at${because}.`, fix };
  }
  if (code === "CLOUD_UNAVAILABLE") {
    const fix = "It must be reached from here: look at host and port in the secret, firewall and security group.";
    return { path, code, message: `${capital} did not answer${because}.`, fix };
  }
  return { path, code, message: `${capital}: ${problem.message}`, fix: entry.fix };
}
