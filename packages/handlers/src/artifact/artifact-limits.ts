import { Problem } from "@letsdata/plugin-kit/problems";

export interface ArtifactLimits {
  readonly packedBytesMax: number;
  readonly unpackedBytesMax: number;
  readonly entriesMax: number;
}

const MiB = 1024 * 1024;
/** AWS Lambda's limit for a function with its layers: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const defaultArtifactLimits: ArtifactLimits = {
  packedBytesMax: 250 * MiB,
  unpackedBytesMax: 250 * MiB,
  entriesMax: 50_000,
};

export function invalidArtifact(message: string, fix: string, cause?: unknown): Problem {
  return new Problem("ARTIFACT_INVALID", message, {
    errors: [{ path: "", code: "ARTIFACT_INVALID", message, fix }],
    ...(cause === undefined ? {} : { cause }),
  });
}

export function tooLarge(what: string): Problem {
  return new Problem("ARTIFACT_TOO_LARGE", `The artifact ${what}.`);
}
