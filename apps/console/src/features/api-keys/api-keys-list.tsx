"use client";
import type { ApiKeyDto } from "@letsdata/api/contract/api-keys";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api, client } from "../../api/api.ts";
import { type Column, DataTable } from "../../table/data-table.tsx";
import { Button } from "../../ui/button.tsx";
import { RelativeTime } from "../../ui/clock.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { announce, announceProblem } from "../../ui/toasts.tsx";
import { NewApiKey } from "./new-api-key.tsx";

function columnsWith(onDelete: (key: ApiKeyDto) => void): readonly Column<ApiKeyDto>[] {
  return [
    { id: "name", header: "Name", width: 200, names: true, cell: (key) => key.name },
    {
      id: "start",
      header: "Begins with",
      width: 130,
      cell: (key) => <span className="figures">{key.start ?? ""}…</span>,
    },
    { id: "scope", header: "Scope", width: 120, cell: (key) => (key.scope === "all" ? "Everything" : "Read only") },
    { id: "createDatetime", header: "Created", width: 120, cell: (key) => <RelativeTime time={key.createDatetime} /> },
    {
      id: "lastUsed",
      header: "Last used",
      width: 120,
      cell: (key) =>
        key.lastUsed === null ? <span className="text-ink-faint">never</span> : <RelativeTime time={key.lastUsed} />,
    },
    {
      id: "expires",
      header: "Expires",
      width: 120,
      cell: (key) =>
        key.expires === null ? <span className="text-ink-faint">never</span> : <RelativeTime time={key.expires} />,
    },
    {
      id: "delete",
      header: "Delete",
      width: 80,
      cell: (key) => (
        <Button look="quiet" size="tiny" aria-label={`Delete ${key.name}`} onClick={() => onDelete(key)}>
          <Trash2 aria-hidden />
        </Button>
      ),
    },
  ];
}

export function ApiKeysList() {
  const queries = useQueryClient();
  const [making, setMaking] = useState(false);
  const [doomed, setDoomed] = useState<ApiKeyDto | null>(null);
  const keys = useQuery(api.apiKeys.list.queryOptions());
  const refresh = () => void queries.invalidateQueries({ queryKey: api.apiKeys.list.key() });
  const remove = useMutation({
    mutationFn: (id: string) => client.apiKeys.delete({ params: { id } }),
    onSuccess: () => {
      announce("The key no longer works");
      setDoomed(null);
      refresh();
    },
    onError: announceProblem,
  });
  const create = (
    <Button look="primary" onClick={() => setMaking(true)}>
      <Plus aria-hidden />
      Create API key
    </Button>
  );
  return (
    <>
      <PageHeader title="API keys" action={create} />
      <p className="max-w-2xl px-4 pb-4 text-ink-soft md:px-8">
        Programs and the <span className="figures">letsdata</span> CLI act as you with a key, sent as{" "}
        <span className="figures">Authorization: Bearer</span>. A key is shown once and stored hashed.
      </p>
      {keys.isError && !keys.data ? (
        <div className="px-4 md:px-8">
          <ProblemPanel thrown={keys.error} onRetry={() => void keys.refetch()} />
        </div>
      ) : keys.data?.items.length === 0 ? (
        <EmptyState title="No API keys yet" action={create}>
          You may have up to ten.
        </EmptyState>
      ) : (
        <DataTable
          label="API keys"
          columns={columnsWith(setDoomed)}
          rows={keys.data?.items}
          idOf={(key) => key.id}
          skeletonRows={3}
        />
      )}
      <NewApiKey open={making} onOpenChange={setMaking} onMade={refresh} />
      <Dialog
        open={doomed !== null}
        onOpenChange={(open) => !open && setDoomed(null)}
        title={`Delete ${doomed?.name ?? "key"}?`}
        description="Programs that use it are refused from now on. This cannot be undone."
        footer={
          <>
            <Button onClick={() => setDoomed(null)}>Keep it</Button>
            <Button look="danger" disabled={remove.isPending} onClick={() => doomed && remove.mutate(doomed.id)}>
              Delete key
            </Button>
          </>
        }
      >
        {null}
      </Dialog>
    </>
  );
}
