"use client";
import { ProblemPanel } from "../ui/problem-panel.tsx";
import "./globals.css";

/** Stands in when even the frame of the page could not be made. */
export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body className="font-sans">
        <title>LetsData</title>
        <main className="mx-auto w-full max-w-2xl px-4 pt-[12dvh]">
          <ProblemPanel thrown={error} title="The console could not be shown" onRetry={retry} />
        </main>
      </body>
    </html>
  );
}
