import { open } from "../authorise.ts";

export const viewHealth = open.system.health.handler(async ({ context }) => {
  const { database, version } = context.dependencies;
  const answers = await database.$queryRaw`SELECT 1`.then(
    () => true,
    () => false,
  );
  return { status: answers ? ("ok" as const) : ("degraded" as const), database: answers, version };
});
