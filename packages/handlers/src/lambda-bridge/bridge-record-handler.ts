import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { normaliseResult } from "../javascript/normalise-result.ts";
import { type RecordInterface, recordCalls } from "../record-arguments.ts";
import { recordPlace } from "../record-place.ts";
import { recordData } from "./bridge-data.ts";
import type { BridgeSession } from "./bridge-session.ts";
import { type BridgeItem, callInBatches } from "./call-in-batches.ts";

/** One record a call, or as many as the other side takes. */
export function bridgeRecordHandler(session: BridgeSession, interfaceName: RecordInterface, taskId: string): Handler {
  const { method } = recordCalls[interfaceName];
  const carriesBytes = session.batch > 0;
  let transcoded = 0;

  return {
    async handle(batch, signal): Promise<readonly HandlerResult[]> {
      const isTranscoded: boolean[] = [];
      const items = function* (): Generator<BridgeItem> {
        for (const record of batch) {
          const made = recordData(interfaceName, record, carriesBytes);
          isTranscoded.push(made.isTranscoded);
          yield { data: made.data, place: () => recordPlace(record) };
        }
      };
      const answers = await callInBatches(session, interfaceName, method, items(), signal);
      return answers.map((answer, n) => {
        if (answer.kind === "invalid") return answer;
        if (isTranscoded[n]) transcoded++;
        return normaliseResult(answer.returned, taskId, (batch[n] as SourceRecord).start);
      });
    },
    takeTranscoded() {
      const taken = transcoded;
      transcoded = 0;
      return taken;
    },
    close: () => session.close(),
  };
}
