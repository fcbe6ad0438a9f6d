import { type CollectedManifest, collectManifest, type ObjectFilter } from "@letsdata/dataset/manifest-from-objects";
import type { BuiltManifestDto } from "../../contract/manifests.ts";
import { signedIn } from "../authorise.ts";

/** One call's time; what is listed until then is told. */
const listingMs = 25_000;

export const buildManifest = signedIn.manifests.build.handler(async ({ context, input, signal }) => {
  const { cloud, database, clock } = context.dependencies;
  const { suffix, glob, ...place } = input;
  const { iamUserArn } = await database.user.findUniqueOrThrow({ where: { id: context.userId } });
  const user = { userId: context.userId, iamUserArn: iamUserArn ?? "" };
  const end = clock.now() + listingMs;
  const objects = cloud.listObjects(place, user, signal ?? new AbortController().signal);
  const collected = await collectManifest(objects, { suffix, glob }, () => clock.now() > end);
  return present(collected, place, { suffix, glob });
});

function present(
  { fileContents, largest, ...figures }: CollectedManifest,
  place: { readonly bucketName: string; readonly prefix: string },
  filter: ObjectFilter,
): BuiltManifestDto {
  const shown = { ...figures, largest: largest.map((object) => ({ ...object })) };
  if (fileContents !== null) {
    return { ...shown, manifestFile: { manifestType: "S3ReaderTextManifestFile", fileContents }, commands: [] };
  }
  if (!figures.complete || figures.count === 0) return { ...shown, manifestFile: null, commands: [] };
  const manifestFileS3Uri = `s3://${place.bucketName}/letsdata-manifests/${slug(place.prefix)}.txt`;
  return {
    ...shown,
    manifestFile: {
      manifestType: "S3ReaderS3LinkManifestFile",
      manifestFileS3Uri,
      readerManifestResourceLocation: "Customer",
    },
    commands: linkCommands(place, filter, manifestFileS3Uri),
  };
}

function slug(prefix: string): string {
  return prefix.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "") || "all";
}

/** For a POSIX shell: the same objects as were counted, without folder marks. */
function linkCommands(
  { bucketName, prefix }: { readonly bucketName: string; readonly prefix: string },
  { suffix, glob }: ObjectFilter,
  uri: string,
): string[] {
  const list = `aws s3api list-objects-v2 --bucket ${quoted(bucketName)} --prefix ${quoted(prefix)} --query 'Contents[].[Key]' --output text`;
  const filters = [
    "grep -v '/$'",
    ...(suffix === undefined ? [] : [`grep -e ${quoted(`${escaped(suffix)}$`)}`]),
    ...(glob === undefined
      ? []
      : [`grep -e ${quoted(`^${escaped(glob).replaceAll("\\*", ".*").replaceAll("?", ".")}$`)}`]),
  ];
  return [`${[list, ...filters].join(" | ")} > manifest.txt`, `aws s3 cp manifest.txt ${quoted(uri)}`];
}

/** For a basic regular expression, in which `?` is a letter. */
function escaped(text: string): string {
  return text.replaceAll(/[\\.*[\]^$]/g, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
