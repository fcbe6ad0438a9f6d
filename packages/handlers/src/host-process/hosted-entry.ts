import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import { type BridgeInput, bridgeHost } from "../lambda-bridge/bridge-host.ts";
import { BridgeException, parseAnswer } from "../lambda-bridge/bridge-protocol.ts";
import type { HandlerSource, LanguageHost } from "../language-host.ts";
import { asHandlerProblem, HostException, type HostProcess } from "./host-process.ts";

/** Artifacts whose entry answers requests, as a Lambda image's does, in a language's warm process. */
export function hostedEntry(
  language: HandlerDescription["language"],
  processOf: (source: HandlerSource) => HostProcess,
  limits: Pick<BridgeInput, "windowBytesMax"> = {},
): LanguageHost {
  return bridgeHost({
    language,
    ...limits,
    async connect(source) {
      const process = processOf(source);
      let object: unknown;
      try {
        object = await process.call({ op: "loadEntry" });
      } catch (thrown) {
        if (source.surroundings) process.close();
        throw asHandlerProblem(thrown, "the entry", "");
      }
      let calls = 0;
      const kill = (): void => process.close();
      return {
        async invoke(request, signal) {
          calls++;
          signal.addEventListener("abort", kill, { once: true });
          try {
            return parseAnswer((await process.call({ op: "invoke", object, request })) as string);
          } catch (thrown) {
            const isException = thrown instanceof HostException && thrown.thrown.code === "HANDLER_EXCEPTION";
            if (isException) throw new BridgeException(thrown.thrown.message, thrown.thrown.stack);
            throw asHandlerProblem(thrown, "the entry", "");
          } finally {
            calls--;
            signal.removeEventListener("abort", kill);
          }
        },
        async close() {
          if (calls > 0 || source.surroundings) process.close();
          else process.call({ op: "forget", object }).catch(() => {});
        },
      };
    },
  });
}
