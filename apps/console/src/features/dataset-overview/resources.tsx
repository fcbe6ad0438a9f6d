import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { CopyableText } from "../../ui/copy-button.tsx";

/** Everything in AWS the dataset touches or made, with ARNs to copy. */
export function Resources({ resources }: { readonly resources: DatasetViewDto["resources"] }) {
  if (resources.length === 0) return null;
  return (
    <section aria-label="Resources" className="space-y-3">
      <h2 className="font-medium">Resources</h2>
      <ul className="divide-y divide-line border-y border-line">
        {resources.map((resource) => (
          <li
            key={`${resource.component}:${resource.arn}`}
            className="grid items-center gap-x-4 py-1.5 sm:grid-cols-[14rem_1fr]"
          >
            <span className="text-ink-soft">
              {resource.kind}
              <span className="text-ink-faint">
                {" "}
                · {resource.resourceLocation === "Customer" ? "yours" : "made by LetsData"}
              </span>
            </span>
            <CopyableText value={resource.arn} label={`Copy ARN of ${resource.name}`} />
          </li>
        ))}
      </ul>
    </section>
  );
}
