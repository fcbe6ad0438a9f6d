import { type SparkInterface, type SparkStep, sparkMethods, sparkPlace } from "../spark/spark-step.ts";
import { resultOf } from "./bridge-protocol.ts";
import { type BridgeSession, bridgeProblem } from "./bridge-session.ts";

/** A Spark step behind the bridge: `data` holds the 11 arguments by name, as published images count them. */
export function bridgeSparkStep(session: BridgeSession, interfaceName: SparkInterface): SparkStep {
  const { method, parameters } = sparkMethods[interfaceName];
  return {
    async run(step, signal) {
      const data = Object.fromEntries(parameters.map((name) => [name, step[name]]));
      try {
        resultOf(await session.invoke(session.request(interfaceName, method, { data }), signal));
      } catch (thrown) {
        throw bridgeProblem(thrown, method, sparkPlace(step));
      }
    },
    close: () => session.close(),
  };
}
