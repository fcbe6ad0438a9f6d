import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type Database } from "../database.ts";
import { sampleTenant } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { createTry, finishTry, getTry, takeTry, trySeconds } from "./try-store.ts";

let server: TestDatabase;
let db: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  db = createDatabase(server.url);
});
afterAll(async () => {
  await db?.$disconnect();
  await server?.stop();
});

const SECOND = 1_000;
/** Not over yet, however long the machine takes until somebody asks. */
const nearlyOver = trySeconds - 30;
/** Of a tenant of its own, asked for so long ago. */
async function askedFor(secondsAgo: number, tenantId?: string) {
  const tenant = tenantId ?? (await sampleTenant(db));
  const { requestId } = await createTry(db, { tenantId: tenant, userId: "u", input: {} });
  const createdAt = new Date(Date.now() - secondsAgo * SECOND);
  await db.request.update({ where: { id: requestId }, data: { createdAt } });
  return { tryId: requestId, tenantId: tenant };
}

test("the time of a trial begins when a worker takes it, however long it waited for one", async () => {
  const { tryId, tenantId } = await askedFor(nearlyOver);
  const waiting = await getTry(db, tenantId, tryId);
  expect(waiting!.endsAt).toBe(waiting!.createdAt + trySeconds * SECOND);
  const before = Date.now();
  const taken = await takeTry(db, tryId);
  expect(taken!.endsAt).toBeGreaterThanOrEqual(before + trySeconds * SECOND);
  expect(await getTry(db, tenantId, tryId)).toMatchObject({ status: "RUNNING", endsAt: taken!.endsAt });
});

test("a trial that waited too long is not begun, nor one begun again whose worker was lost behind that time", async () => {
  const { tryId } = await askedFor(trySeconds + 1);
  expect(await takeTry(db, tryId)).toBeNull();
  const lost = await askedFor(0);
  await takeTry(db, lost.tryId);
  expect(await takeTry(db, lost.tryId)).not.toBeNull();
  await db.request.update({
    where: { id: lost.tryId },
    data: { createdAt: new Date(Date.now() - (trySeconds + 1) * SECOND) },
  });
  expect(await takeTry(db, lost.tryId)).toBeNull();
});

test("two trials of a tenant are under way, those that run late too; others wait for the end of one", async () => {
  const { tryId, tenantId } = await askedFor(nearlyOver);
  await takeTry(db, tryId);
  await db.request.update({ where: { id: tryId }, data: { createdAt: new Date(Date.now() - 90 * SECOND) } });
  await askedFor(0, tenantId);
  await expect(askedFor(0, tenantId)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  await finishTry(db, tryId, "SUCCEEDED", {});
  await askedFor(0, tenantId);
});
