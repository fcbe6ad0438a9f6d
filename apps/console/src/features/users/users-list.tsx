"use client";
import type { UserDto } from "@letsdata/api/contract/user-dto";
import { Problem } from "@letsdata/plugin-kit/problems";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/api.ts";
import { type Column, DataTable } from "../../table/data-table.tsx";
import { CopyableText } from "../../ui/copy-button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";

const columns: readonly Column<UserDto>[] = [
  { id: "fullName", header: "Name", width: 200, names: true, cell: (user) => user.fullName },
  { id: "emailAddress", header: "E-mail", width: 240, cell: (user) => user.emailAddress },
  {
    id: "phone",
    header: "Phone",
    width: 140,
    cell: (user) => user.phone ?? <span className="text-ink-faint">none</span>,
  },
  { id: "userRole", header: "Role", width: 130, cell: (user) => user.userRole },
  {
    id: "userStatus",
    header: "Status",
    width: 110,
    cell: (user) => <span className="figures">{user.userStatus}</span>,
  },
  {
    id: "userId",
    header: "User id",
    width: 330,
    cell: (user) => <CopyableText value={user.userId} label={`Copy user id of ${user.fullName}`} />,
  },
  {
    id: "iamUserARN",
    header: "IAM principal",
    width: 420,
    cell: (user) => <CopyableText value={user.iamUserARN} label={`Copy ARN of ${user.fullName}`} />,
  },
];

export function UsersList() {
  const users = useQuery(api.users.list.queryOptions());
  return (
    <>
      <PageHeader title="Users" />
      {users.error instanceof Problem && users.error.code === "FORBIDDEN" ? (
        <EmptyState title="Your role does not show users">
          Only a TenantAdmin of your tenant sees this page. FORBIDDEN
        </EmptyState>
      ) : users.isError && !users.data ? (
        <div className="px-4 md:px-8">
          <ProblemPanel thrown={users.error} onRetry={() => void users.refetch()} />
        </div>
      ) : (
        <DataTable
          label="Users"
          columns={columns}
          rows={users.data?.users}
          idOf={(user) => user.userId}
          selectedId={users.data?.loggedInUser.userId ?? ""}
          skeletonRows={3}
        />
      )}
    </>
  );
}
