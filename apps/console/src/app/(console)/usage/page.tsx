import type { Metadata } from "next";
import { UsageTable } from "../../../features/usage/usage-table.tsx";
import { PageHeader } from "../../../ui/page-header.tsx";

export const metadata: Metadata = { title: "Usage" };

export default function UsagePage() {
  return (
    <>
      <PageHeader title="Usage" />
      <UsageTable />
    </>
  );
}
