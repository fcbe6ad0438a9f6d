import { lifecyclePage } from "./lifecycle-page.ts";
import { problemsPage } from "./problems-page.ts";

/** File name → text of every generated page. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return { "lifecycle.md": lifecyclePage(), "problems.md": problemsPage() };
}
