import { writeConnectorConfigs } from "@letsdata/connectors/config-catalogue";

type Repeats = (typeof writeConnectorConfigs)[keyof typeof writeConnectorConfigs]["repeats"];

/** What a batch that is sent again after a crash does to the target. */
export function repeatsOf(destination: string): Repeats {
  const known = Object.hasOwn(writeConnectorConfigs, destination);
  return known ? writeConnectorConfigs[destination as keyof typeof writeConnectorConfigs].repeats : "again";
}
