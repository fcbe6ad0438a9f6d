import type { BuiltManifestDto } from "@letsdata/api/contract/manifests";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { formatBytes, formatCount } from "../../ui/format.ts";

type Manifest = NonNullable<BuiltManifestDto["manifestFile"]>;

/** Above this a few tasks run much longer than the rest. */
const skewThatShows = 10;

/** What the listing found, and the manifest to take: its lines, or a link with the commands that make its file. */
export function BuiltManifest({
  built,
  onTake,
}: {
  readonly built: BuiltManifestDto;
  readonly onTake: (manifest: Manifest) => void;
}) {
  const [taken, setTaken] = useState(false);
  const { manifestFile, count, skew } = built;
  if (count === 0) return <p>No object matches. Try a shorter prefix or another filter.</p>;
  const figures = [
    ["Objects", formatCount(count)],
    ["In all", formatBytes(built.totalBytes)],
    ["Median", formatBytes(built.medianBytes)],
    ["Largest", formatBytes(built.maxBytes)],
    ["Skew", skew === null ? "none" : `${skew.toFixed(1)} ×`],
  ] as const;
  return (
    <div className="space-y-4">
      <dl className="flex flex-wrap gap-x-6 gap-y-2">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="text-[13px] text-ink-soft">{name}</dt>
            <dd className="figures font-medium">{value}</dd>
          </div>
        ))}
      </dl>
      {skew !== null && skew > skewThatShows ? (
        <p className="rounded-md bg-warn-wash p-2 text-[13px]">
          The largest object is {skew.toFixed(0)} times the median: its task will run much longer than the rest.
        </p>
      ) : null}
      {built.leftOut > 0 ? (
        <p className="text-[13px] text-ink-soft">
          {formatCount(built.leftOut)} left out: folder marks, or keys that cannot be a line.
        </p>
      ) : null}
      <details className="text-[13px]">
        <summary className="w-fit cursor-pointer text-accent">The largest objects</summary>
        <ul className="space-y-1 pt-2">
          {built.largest.map(({ key, bytes }) => (
            <li key={key} className="flex gap-4">
              <span className="figures min-w-0 flex-1 break-all">{key}</span>
              <span className="figures">{formatBytes(bytes)}</span>
            </li>
          ))}
        </ul>
      </details>
      {built.complete ? null : (
        <p className="rounded-md bg-warn-wash p-2 text-[13px]">
          There are more objects than one listing takes. Narrow the prefix or the filter.
        </p>
      )}
      {manifestFile === null ? null : (
        <>
          {built.commands.length > 0 ? (
            <div className="space-y-2">
              <p className="text-[13px] text-ink-soft">
                Too long for the configuration: write the file with these commands, and take the link to it.
              </p>
              <CodeBlock
                label="Commands that write the manifest"
                value={built.commands.join("\n")}
                fileName="manifest.sh"
              />
            </div>
          ) : null}
          <div className="flex flex-wrap items-center gap-3">
            <Button
              disabled={taken}
              onClick={() => {
                onTake(manifestFile);
                setTaken(true);
              }}
            >
              {manifestFile.manifestType === "S3ReaderTextManifestFile"
                ? `Use these ${formatCount(count)} ${count === 1 ? "line" : "lines"}`
                : "Use the link"}
            </Button>
            {taken ? (
              <span role="status" className="flex items-center gap-1.5 text-good">
                <CircleCheck aria-hidden className="size-4" />
                It stands in the fields above
              </span>
            ) : null}
          </div>
        </>
      )}
    </div>
  );
}
