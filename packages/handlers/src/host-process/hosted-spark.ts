import {
  argumentsInOrder,
  type SparkInterface,
  type SparkStep,
  sparkMethods,
  sparkPlace,
} from "../spark/spark-step.ts";
import { asHandlerProblem, type HostProcess } from "./host-process.ts";
import type { HostedClass } from "./hosted-language.ts";

/** The customer's Spark class in `process`, which belongs to this step and ends with it. */
export async function openHostedSpark(
  process: HostProcess,
  interfaceName: SparkInterface,
  place: HostedClass,
): Promise<SparkStep> {
  const { method } = sparkMethods[interfaceName];
  let object: unknown;
  try {
    object = await process.call({ op: "load", interface: interfaceName, ...place, methods: [method] });
  } catch (thrown) {
    process.close();
    throw asHandlerProblem(thrown, "the constructor", `of ${place.class}`);
  }
  return {
    async run(step, signal) {
      signal.throwIfAborted();
      const kill = (): void => process.close();
      signal.addEventListener("abort", kill, { once: true });
      try {
        await process.call({ op: "runStep", object, method, args: argumentsInOrder(interfaceName, step) });
      } catch (thrown) {
        throw asHandlerProblem(thrown, method, sparkPlace(step));
      } finally {
        signal.removeEventListener("abort", kill);
      }
    },
    close: async () => process.close(),
  };
}
