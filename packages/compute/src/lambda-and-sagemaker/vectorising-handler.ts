import type {
  ExtractedTexts,
  ReadDocument,
  VectorsByName,
  VectorsHandler,
} from "@letsdata/handlers/vectors/vectors-handler";
import type { ErrorDocument, Handler, HandlerResult, Inferences } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { type Embed, embedAll, type MeasuredCall } from "./embed.ts";
import type { Vector } from "./read-vectors.ts";

/** Documents whose vectors are in memory at the same time. */
const documentsAtOnce = 256;

export interface VectorisingInput {
  /** The read handler; closed with this one. */
  readonly handler: Handler;
  readonly vectors: VectorsHandler;
  readonly embed: Embed;
  /** Named where its vectors are of different lengths. */
  readonly endpoint: string;
}

interface Place extends ReadDocument {
  /** In the batch. */
  readonly index: number;
  readonly partErrors: readonly ErrorDocument[];
}

/**
 * A read handler whose documents get vectors (product.md §8.2): texts of the documents of a batch, one vector each, the document that the
 * customer makes of both. Skips and errors pass by. Throws HANDLER_EXCEPTION, INFERENCE_FAILED or what the endpoint's cloud refuses.
 */
export function vectorisingHandler({ handler, vectors, embed, endpoint }: VectorisingInput): Handler {
  let calls: MeasuredCall[] = [];
  let waited = 0;
  let length: number | null = null;

  /** Vectors of all texts, by document. */
  async function embedTexts(texts: readonly TextsOfDocument[], signal: AbortSignal): Promise<readonly VectorsByName[]> {
    const all = texts.flatMap((ofOne) => Object.values(ofOne));
    const began = performance.now();
    const made = await embedAll(embed, all, signal, (call) => calls.push(call));
    waited += performance.now() - began;
    for (const vector of made) length = sameLength(vector, length, endpoint);
    let taken = 0;
    return texts.map((ofOne) => Object.fromEntries(Object.keys(ofOne).map((name) => [name, made[taken++] as Vector])));
  }

  async function vectorise(documents: readonly Place[], results: HandlerResult[], signal: AbortSignal): Promise<void> {
    const extracted = answersOf(documents, await vectors.extract(documents, signal));
    const good: Place[] = [];
    const texts: TextsOfDocument[] = [];
    for (const [n, document] of documents.entries()) {
      const one = extracted[n] as ExtractedTexts;
      if (one.kind === "invalid") results[document.index] = withPartErrors(one, document.partErrors);
      else {
        good.push(document);
        texts.push(one.texts);
      }
    }
    const byDocument = await embedTexts(texts, signal);
    const given = good.map((document, n) => ({ ...document, vectors: byDocument[n] as VectorsByName }));
    const constructed = answersOf(good, await vectors.construct(given, signal));
    for (const [n, { index, partErrors }] of good.entries()) {
      results[index] = withPartErrors(constructed[n] as HandlerResult, partErrors);
    }
  }

  return {
    async handle(batch, signal) {
      const results = [...(await handler.handle(batch, signal))];
      const documents = results.flatMap((result, index): Place[] =>
        result.kind === "document"
          ? [
              {
                index,
                record: batch[index] as SourceRecord,
                document: result.document,
                partErrors: result.partErrors ?? [],
              },
            ]
          : [],
      );
      for (let from = 0; from < documents.length; from += documentsAtOnce) {
        await vectorise(documents.slice(from, from + documentsAtOnce), results, signal);
      }
      return results;
    },
    takeTranscoded: () => handler.takeTranscoded?.() ?? 0,
    takeInferences(): Inferences {
      const taken = {
        milliseconds: calls.map(({ milliseconds }) => milliseconds),
        waitedMilliseconds: waited,
        standIns: calls.filter(({ isStandIn }) => isStandIn).length,
      };
      calls = [];
      waited = 0;
      return taken;
    },
    async close() {
      await handler.close();
      await vectors.close();
    },
  };
}

type TextsOfDocument = Readonly<Record<string, string>>;

function sameLength(vector: Vector, known: number | null, endpoint: string): number {
  if (known === null || known === vector.length) return vector.length;
  const message = `The endpoint ${endpoint} answered vectors of ${known} and later of ${vector.length} numbers.`;
  throw new Problem("INFERENCE_FAILED", message);
}

function answersOf<T>(documents: readonly ReadDocument[], answers: readonly T[]): readonly T[] {
  if (answers.length === documents.length) return answers;
  const message = `The vectors handler answered ${answers.length} of ${documents.length} documents`;
  throw new Problem("BALANCE_BROKEN", message);
}

/** Parts of a composite that failed while it was read are told with whatever became of the whole. */
function withPartErrors(result: HandlerResult, partErrors: readonly ErrorDocument[]): HandlerResult {
  if (partErrors.length === 0) return result;
  if (result.kind !== "error") return { ...result, partErrors: [...partErrors, ...(result.partErrors ?? [])] };
  return { kind: "error", error: { ...result.error, parts: [...partErrors, ...result.error.parts] } };
}
