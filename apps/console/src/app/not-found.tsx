import Link from "next/link";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";

export default function NotFound() {
  return (
    <main className="pt-[12dvh]">
      <EmptyState
        title="There is no such page"
        action={
          <Button asChild look="primary">
            <Link href="/datasets">Go to datasets</Link>
          </Button>
        }
      >
        The address may be mistyped, or what it showed was deleted. <span className="figures">NOT_FOUND</span>
      </EmptyState>
    </main>
  );
}
