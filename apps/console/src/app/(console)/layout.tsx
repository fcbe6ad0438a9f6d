import type { ReactNode } from "react";
import { QueryProvider } from "../../api/query-provider.tsx";
import { requirePerson } from "../../server/session.ts";
import { PersonProvider } from "../../shell/person.tsx";
import { Shell } from "../../shell/shell.tsx";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const person = await requirePerson();
  return (
    <PersonProvider person={person}>
      <QueryProvider>
        <Shell>{children}</Shell>
      </QueryProvider>
    </PersonProvider>
  );
}
