import { errorConnectors, readConnectors, writeConnectors } from "@letsdata/connectors/catalogue";
import type { ErrorConnector, ReadConnector, WriteConnector } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";

/** Configurations and definitions were parsed at create and are passed through as they were stored. */
type Stored = Readonly<Record<string, unknown>>;

export const readConnector = (destination: string) =>
  entry(readConnectors, destination, "readConnector") as unknown as ReadConnector<Stored, Stored>;
export const writeConnector = (destination: string) =>
  entry(writeConnectors, destination, "writeConnector") as unknown as WriteConnector<Stored>;
export const errorConnector = (destination: string) =>
  entry(errorConnectors, destination, "errorConnector") as unknown as ErrorConnector<Stored>;

function entry(catalogue: Readonly<Record<string, unknown>>, destination: string, component: string): unknown {
  if (Object.hasOwn(catalogue, destination)) return catalogue[destination];
  throw new Problem("NOT_AVAILABLE_LOCALLY", `${destination} cannot run here as ${component} yet.`, {
    path: `${component}.connectorDestination`,
  });
}
