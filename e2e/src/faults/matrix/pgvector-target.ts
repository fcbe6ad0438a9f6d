import { setTimeout as sleep } from "node:timers/promises";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { createDatabase, type Database } from "@letsdata/database/database";
import type { TestInstallation } from "../../installation/start-installation.ts";
import type { Storm, Stormy } from "./storms.ts";
import { DIMENSIONS, type OpenTarget, type TargetTraits } from "./targets.ts";

/** PostgreSQL with pgvector, empty. */
export interface VectorServer {
  readonly url: string;
  stop(): Promise<void>;
}

const BETWEEN_CUTS_MS = 200;

export const pgvectorTraits: TargetTraits = { padBytes: 0, dropsRepeats: false, storms: [] };

/** Its own weather are cut connections. */
export async function openPgvectorTarget(installation: TestInstallation, server: VectorServer): Promise<OpenTarget> {
  const database = createDatabase(server.url);
  await database.$executeRawUnsafe("CREATE EXTENSION IF NOT EXISTS vector");
  const secrets = clientFor(SecretsManagerClient, installation.customer);
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name: "pgvector", SecretString: server.url }));
  return {
    ...pgvectorTraits,
    async writeConnector(tableName) {
      const columns = `id text PRIMARY KEY, vector vector(${DIMENSIONS}), metadata jsonb`;
      await database.$executeRawUnsafe(`CREATE TABLE ${tableName} (${columns})`);
      return { connectorDestination: "PGVECTOR", connectionSecretArn: ARN, tableName, numDimensions: DIMENSIONS };
    },
    async ids(_installation, { datasetName }) {
      const rows = await database.$queryRawUnsafe<{ id: string }[]>(`SELECT id FROM ${datasetName}`);
      return rows.map(({ id }) => id);
    },
    beginStorm: (stormy) => cutConnections(database, stormy),
    async close() {
      await database.$disconnect();
      await server.stop();
    },
  };
}

/** Of a dataset under either kind of cut: again and again all its connections, in the middle of a statement or not. */
function cutConnections(database: Database, { name, storms }: Stormy): Storm {
  const kind = storms.find((one) => one === "cut-before" || one === "cut-after");
  let isOver = kind === undefined;
  let atWork = 0;
  const cutting = (async () => {
    for (; !isOver; await sleep(BETWEEN_CUTS_MS)) {
      const [row] = await database.$queryRaw<{ at_work: number }[]>`
        SELECT count(*) FILTER (WHERE state <> 'idle')::int AS at_work
        FROM (SELECT state, pg_terminate_backend(pid) AS is_cut FROM pg_stat_activity
          WHERE application_name = ${`letsdata ${name}`}) AS c WHERE is_cut`;
      atWork += row?.at_work ?? 0;
    }
  })();
  return {
    async end() {
      isOver = true;
      await cutting;
      return kind ? { [kind]: atWork } : {};
    },
  };
}
