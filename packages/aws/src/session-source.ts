import type { Credentials, CredentialsSource } from "@letsdata/plugin-kit/connector";

/** Sessions are renewed when less than this is left. */
const REFRESH_BEFORE_MS = 60_000;

/** Keeps one session and takes the next when less than a minute is left; callers at the same moment share one call. */
export function sessionSource(open: CredentialsSource, now: () => number = Date.now): CredentialsSource {
  let current: Credentials | null = null;
  let opening: Promise<Credentials> | null = null;
  return async () => {
    if (current && (current.expiration === undefined || current.expiration - now() > REFRESH_BEFORE_MS)) return current;
    opening ??= open().finally(() => {
      opening = null;
    });
    current = await opening;
    return current;
  };
}

/** Long-lived keys as a source; one object per set of keys, so that clients are shared. */
export function staticCredentials(credentials: Credentials): CredentialsSource {
  return () => Promise.resolve(credentials);
}
