"use client";
import type { BuiltManifestDto } from "@letsdata/api/contract/manifests";
import { useMutation } from "@tanstack/react-query";
import { ListTree } from "lucide-react";
import { useState } from "react";
import { client } from "../../api/api.ts";
import { valueAt } from "../../config-form/set-value.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/input.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { BuiltManifest } from "./built-manifest.tsx";

type Manifest = NonNullable<BuiltManifestDto["manifestFile"]>;

/** Lists what lies under a prefix of the source bucket and makes the manifest of it. */
export function ManifestBuilder({
  config,
  onTake,
}: {
  readonly config: unknown;
  /** `role` is set where the configuration names none yet. */
  readonly onTake: (manifest: Manifest, role: string | undefined) => void;
}) {
  const [prefix, setPrefix] = useState("");
  const [suffix, setSuffix] = useState("");
  const [glob, setGlob] = useState("");
  const [typedRole, setTypedRole] = useState("");
  const bucketName = textAt(config, "readConnector.bucketName");
  const region = textAt(config, "readConnector.region") || textAt(config, "region");
  const ownRole = textAt(config, "accessGrantRoleArn");
  const role = ownRole || typedRole;
  const build = useMutation({
    mutationFn: () =>
      client.manifests.build({
        bucketName,
        region,
        accessGrantRoleArn: role,
        prefix,
        ...(suffix === "" ? {} : { suffix }),
        ...(glob === "" ? {} : { glob }),
      }),
  });
  const edit = (set: (value: string) => void) => (event: { readonly target: { readonly value: string } }) => {
    set(event.target.value);
    build.reset();
  };
  const lacking = [
    bucketName ? "" : "the bucket (step Read)",
    region ? "" : "the region (step Name and region)",
  ].filter(Boolean);
  return (
    <section aria-label="Build from a bucket" className="max-w-xl space-y-4 border-t border-line pt-5">
      <div>
        <h3 className="font-medium">Build from a bucket</h3>
        <p className="text-[13px] text-ink-soft">
          {lacking.length > 0
            ? `Needs ${lacking.join(" and ")} first.`
            : "Lists the objects under a prefix and makes the manifest of them."}
        </p>
      </div>
      {lacking.length > 0 ? null : (
        <>
          <form
            aria-label="Objects to list"
            className="space-y-4"
            onSubmit={(event) => {
              event.preventDefault();
              build.mutate();
            }}
          >
            <Labelled label="Prefix" hint={<>What the keys begin with; empty lists all of {bucketName}.</>}>
              {(ids) => (
                <PlainInput {...ids} value={prefix} placeholder="such as logs/2026/" onChange={edit(setPrefix)} />
              )}
            </Labelled>
            <div className="grid gap-4 sm:grid-cols-2">
              <Labelled label="Keys end with" optional>
                {(ids) => <PlainInput {...ids} value={suffix} placeholder="such as .gz" onChange={edit(setSuffix)} />}
              </Labelled>
              <Labelled label="Keys are like" optional hint="* any letters, ? one letter">
                {(ids) => (
                  <PlainInput {...ids} value={glob} placeholder="such as */part-??.gz" onChange={edit(setGlob)} />
                )}
              </Labelled>
            </div>
            {ownRole ? null : (
              <Labelled label="Access grant role" hint="Its policy has to allow s3:ListBucket on the bucket.">
                {(ids) => (
                  <PlainInput
                    {...ids}
                    value={typedRole}
                    placeholder="such as arn:aws:iam::111122223333:role/LetsData"
                    onChange={edit(setTypedRole)}
                  />
                )}
              </Labelled>
            )}
            <Button type="submit" disabled={build.isPending || role === ""}>
              <ListTree aria-hidden />
              {build.isPending ? "Listing…" : "List objects"}
            </Button>
          </form>
          <div aria-live="polite">
            {build.isError ? <ProblemPanel thrown={build.error} title="The bucket could not be listed" /> : null}
            {build.data ? (
              <BuiltManifest
                built={build.data}
                onTake={(manifest) => onTake(manifest, ownRole === "" ? typedRole : undefined)}
              />
            ) : null}
          </div>
        </>
      )}
    </section>
  );
}

function PlainInput(props: React.ComponentProps<typeof Input>) {
  return <Input spellCheck={false} autoComplete="off" className="figures" {...props} />;
}

function textAt(config: unknown, path: string): string {
  const value = valueAt(config, path);
  return typeof value === "string" ? value : "";
}
