/** Where to go after signing in: only a path of this console, never another site. */
export function safeNext(next: string | undefined): string {
  if (next === undefined || !next.startsWith("/") || /^\/[/\\]/.test(next) || /[\r\n\t\\]/.test(next))
    return "/datasets";
  return next.startsWith("/sign-in") || next.startsWith("/api/") ? "/datasets" : next;
}
