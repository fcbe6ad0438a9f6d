import type { Transform } from "node:stream";
import { Problem } from "../problems.ts";
import type { ByteInput } from "./byte-input.ts";

/** Plain text that may wait unpacked while the consumer is busy. */
export const UNPACKED_READ_AHEAD_BYTES = 1024 * 1024;

/**
 * Unpacks one gzip member or zstd frame and hands the bytes behind it back to `input`. `engine` is used up.
 * Throws SOURCE_CORRUPT; failures of the source pass as they are.
 */
export async function* unpackOne(
  input: ByteInput,
  engine: Transform & { readonly bytesWritten: number },
  name: string,
): AsyncGenerator<Uint8Array> {
  const began = input.offset;
  const fed: Buffer[] = [];
  let fedBytes = 0;
  let over = false;
  let wake = () => {};
  const beforeFailure: Uint8Array[] = [];
  let sourceFailure: { readonly thrown: unknown } | null = null;

  const feed = async () => {
    while (!over) {
      const chunk = await input.next();
      if (over && chunk) {
        input.unread(chunk);
        return;
      }
      if (chunk === null) {
        engine.end();
        return;
      }
      fed.push(chunk);
      fedBytes += chunk.length;
      while (fed.length > 1 && fedBytes - totalBytes(fed) + fed[0]!.length <= engine.bytesWritten) fed.shift();
      if (!engine.write(chunk) && !over) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  };
  engine.on("drain", () => wake());
  const feeding = feed().catch((thrown: unknown) => {
    sourceFailure = { thrown };
    beforeFailure.push(...takeUnpacked(engine));
    engine.destroy(thrown instanceof Error ? thrown : new Error("source failed"));
  });
  try {
    yield* engine as AsyncIterable<Uint8Array>;
  } catch (thrown) {
    yield* beforeFailure;
    yield* takeUnpacked(engine);
    const failure = sourceFailure as { readonly thrown: unknown } | null;
    if (failure) throw failure.thrown;
    const reason = thrown instanceof Error ? thrown.message : "damaged";
    throw corrupt(name, began + engine.bytesWritten, reason);
  } finally {
    over = true;
    engine.on("error", () => {});
    wake();
    engine.destroy();
  }
  await feeding;
  const failure = sourceFailure as { readonly thrown: unknown } | null;
  if (failure) throw failure.thrown;
  const surplus = fedBytes - engine.bytesWritten;
  if (surplus > 0) {
    const tail = Buffer.concat(fed);
    input.unread(tail.subarray(tail.length - surplus));
  }
}

/** What a failed engine has unpacked and nobody has taken: it is good, and not a matter of how busy its consumer was. */
export function takeUnpacked(engine: Transform): readonly Uint8Array[] {
  const taken: Uint8Array[] = [];
  for (let bytes = engine.read() as Uint8Array | null; bytes; bytes = engine.read() as Uint8Array | null)
    taken.push(bytes);
  return taken;
}

function totalBytes(chunks: readonly Buffer[]): number {
  let sum = 0;
  for (const chunk of chunks) sum += chunk.length;
  return sum;
}

export function corrupt(name: string, offset: number, reason: string): Problem {
  return new Problem("SOURCE_CORRUPT", `${name} cannot be unpacked from byte ${offset} on: ${reason}.`);
}
