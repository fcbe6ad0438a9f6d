"use client";
import type { DatasetAction } from "@letsdata/dataset/lifecycle";
import { Archive, Cpu, FileCode, MoreHorizontal, RotateCw, Snowflake, Square, Trash2 } from "lucide-react";
import { useState } from "react";
import { useDataset } from "../../live/use-live-dataset.ts";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { PutAwayDialog } from "./put-away-dialog.tsx";
import { RedriveDialog } from "./redrive-dialog.tsx";
import { StopDialog } from "./stop-dialog.tsx";
import { UpdateCodeDialog } from "./update-code-dialog.tsx";
import { UpdateComputeDialog } from "./update-compute-dialog.tsx";

type Opened = "code" | "compute" | "redrive" | "stop" | "DESCALE" | "FREEZE" | "DELETE" | null;

/** What the lifecycle allows now, and nothing else. */
export function DatasetActions({ reference }: { readonly reference: string }) {
  const { data: dataset } = useDataset(reference);
  const [opened, setOpened] = useState<Opened>(null);
  if (!dataset) return null;
  const may = (action: DatasetAction) => dataset.allowedActions.includes(action);
  const close = (open: boolean) => !open && setOpened(null);
  const hasMore = may("updateCode") || may("updateCompute") || may("descale") || may("freeze") || may("delete");
  return (
    <>
      {may("stopWithError") ? (
        <Button onClick={() => setOpened("stop")}>
          <Square aria-hidden />
          Stop
        </Button>
      ) : null}
      {may("redrive") ? (
        <Button onClick={() => setOpened("redrive")}>
          <RotateCw aria-hidden />
          Redrive
        </Button>
      ) : null}
      {hasMore ? (
        <Menu
          trigger={
            <Button size="icon" aria-label="More actions">
              <MoreHorizontal aria-hidden />
            </Button>
          }
        >
          {may("updateCode") ? (
            <MenuItem onSelect={() => setOpened("code")}>
              <FileCode aria-hidden />
              Update code…
            </MenuItem>
          ) : null}
          {may("updateCompute") ? (
            <MenuItem onSelect={() => setOpened("compute")}>
              <Cpu aria-hidden />
              Update compute engine…
            </MenuItem>
          ) : null}
          {may("descale") ? (
            <MenuItem onSelect={() => setOpened("DESCALE")}>
              <Archive aria-hidden />
              Descale…
            </MenuItem>
          ) : null}
          {may("freeze") ? (
            <MenuItem onSelect={() => setOpened("FREEZE")}>
              <Snowflake aria-hidden />
              Freeze…
            </MenuItem>
          ) : null}
          {may("delete") ? (
            <MenuItem danger onSelect={() => setOpened("DELETE")}>
              <Trash2 aria-hidden />
              Delete…
            </MenuItem>
          ) : null}
        </Menu>
      ) : null}
      {opened === "redrive" ? <RedriveDialog dataset={dataset} open onOpenChange={close} /> : null}
      {opened === "code" ? <UpdateCodeDialog dataset={dataset} open onOpenChange={close} /> : null}
      {opened === "compute" ? <UpdateComputeDialog dataset={dataset} open onOpenChange={close} /> : null}
      {opened === "stop" ? <StopDialog dataset={dataset} open onOpenChange={close} /> : null}
      {opened === "DESCALE" || opened === "FREEZE" || opened === "DELETE" ? (
        <PutAwayDialog dataset={dataset} type={opened} open onOpenChange={close} />
      ) : null}
    </>
  );
}
