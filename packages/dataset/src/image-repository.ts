/** Where a Lambda image lies. */
export interface ImageRepository {
  readonly accountId: string;
  readonly region: string;
  readonly repositoryName: string;
  readonly repositoryArn: string;
  /** What names the image in its repository. */
  readonly image: { readonly imageTag: string } | { readonly imageDigest: string };
}

const PATH = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)(?::([^@]+)|@(sha256:[0-9a-f]{64}))?$/;

/** Takes `<account>.dkr.ecr.<region>.amazonaws.com/<repository>[:tag|@digest]` apart; null for anything else. */
export function imageRepository(path: string): ImageRepository | null {
  const [, accountId, region, repositoryName, imageTag = "latest", imageDigest] = PATH.exec(path) ?? [];
  if (!accountId || !region || !repositoryName) return null;
  return {
    accountId,
    region,
    repositoryName,
    repositoryArn: `arn:aws:ecr:${region}:${accountId}:repository/${repositoryName}`,
    image: imageDigest === undefined ? { imageTag } : { imageDigest },
  };
}
