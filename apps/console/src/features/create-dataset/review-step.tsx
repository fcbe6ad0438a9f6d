import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { type ResourceToMake, resourcesToMake } from "@letsdata/dataset/resources-to-make";
import { useMemo } from "react";
import { CodeBlock } from "../../ui/code-block.tsx";
import { TryFirst } from "./try-first.tsx";

/** The last look: what will be made and where, a trial with its estimate, and the JSON. */
export function ReviewStep({ config, ready }: { readonly config: unknown; readonly ready: boolean }) {
  const parsed = useMemo(() => parseDatasetConfig(config), [config]);
  if (config === undefined)
    return (
      <p className="max-w-xl rounded-md bg-surface p-3 text-ink-soft">
        Nothing is written yet. Begin at the first step, or start from a sample.
      </p>
    );
  return (
    <div className="max-w-4xl space-y-8">
      {parsed.ok ? <WillBeMade resources={resourcesToMake(parsed.config)} /> : null}
      <TryFirst config={config} ready={ready} />
      <CodeBlock
        label="Dataset JSON"
        fileName={`${parsed.ok ? parsed.config.datasetName : "dataset"}.json`}
        value={JSON.stringify(parsed.ok ? parsed.config : config, null, 2) ?? ""}
        maxHeight={420}
      />
    </div>
  );
}

function WillBeMade({ resources }: { readonly resources: readonly ResourceToMake[] }) {
  return (
    <section aria-label="What will be made">
      <h3 className="pb-1 font-medium">What will be made</h3>
      <p className="pb-2 text-[13px] text-ink-soft">
        In LetsData's account. What is yours is used, not changed, beyond what your policy grants.
      </p>
      <ul className="divide-y divide-line border-y border-line">
        {resources.map(({ what, detail, region }) => (
          <li key={`${what}:${detail}`} className="grid gap-x-4 py-2 sm:grid-cols-[11rem_minmax(0,1fr)_7rem]">
            <span className="font-medium">{what}</span>
            <span className="text-ink-soft">{detail}</span>
            <span className="figures">{region}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
