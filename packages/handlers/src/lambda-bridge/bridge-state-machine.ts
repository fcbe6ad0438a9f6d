import { Problem } from "@letsdata/plugin-kit/problems";
import type { StateMachineSource } from "../language-host.ts";
import { defaultSplitLimits } from "../record-splitter/record-splitter.ts";
import { handlerOfComposites, type StateMachine } from "../state-machine/combine-files.ts";
import { resolveFileNames } from "../state-machine/resolve-file-names.ts";
import type { TextMap } from "../state-machine/state-machine-objects.ts";
import { resultOf } from "./bridge-protocol.ts";
import { type BridgeSession, bridgeProblem } from "./bridge-session.ts";
import { type Call, combineWindows } from "./combine-windows.ts";

/**
 * A state machine whose reader and parsers are behind the bridge (product.md §4.5): the function gets windows of the files and combines
 * their records, for as long as they reach. Where one ends within a call of the reader, that call is repeated with more.
 */
export async function openBridgeStateMachine(
  session: BridgeSession,
  source: StateMachineSource,
  bytesMax: number,
): Promise<StateMachine> {
  const { interfaceName, names, taskId, limits = defaultSplitLimits } = source;
  const isSingle = interfaceName === "SingleFileStateMachineReader";
  const call: Call = async (method, where, data, signal = new AbortController().signal) => {
    try {
      return resultOf(await session.invoke(session.request(interfaceName, method, { data }), signal));
    } catch (thrown) {
      throw bridgeProblem(thrown, method, where);
    }
  };
  const fileNames = await resolveFileNames(isSingle ? askSingle(call) : askMultiple(call), names);
  return {
    combiner: {
      fileNames,
      combine: (bytes, from, signal) =>
        combineWindows({ call, fileNames, limits, bytesMax, taskId, bytes, from, signal }),
    },
    handler: handlerOfComposites(() => session.close()),
  };
}

function askSingle(call: Call): Parameters<typeof resolveFileNames>[0] {
  return {
    async fileTypes() {
      return fileTypesOf([await call("getS3FileType", "of the reader", {})], "getS3FileType");
    },
    async resolveNames(names) {
      const [[s3FileType, fileName] = ["", ""]] = Object.entries(names);
      const resolved = await call("getResolvedS3FileName", `for ${fileName}`, { s3FileType, fileName });
      return { [s3FileType]: resolved as string };
    },
  };
}

function askMultiple(call: Call): Parameters<typeof resolveFileNames>[0] {
  return {
    async fileTypes() {
      const answer = await call("getS3FileTypes", "of the reader", {});
      return fileTypesOf(Array.isArray(answer) ? answer : [], "getS3FileTypes");
    },
    async resolveNames(names) {
      const where = `for ${Object.values(names).join(", ")}`;
      return ((await call("getResolvedS3FileNames", where, { fileNames: names })) ?? {}) as TextMap;
    },
  };
}

function fileTypesOf(answer: readonly unknown[], method: string): readonly string[] {
  const fileTypes = answer.filter((type): type is string => typeof type === "string" && type !== "");
  if (fileTypes.length > 0 && fileTypes.length === answer.length) return fileTypes;
  throw new Problem("HANDLER_EXCEPTION", `${method} must name the handler's file types.`);
}
