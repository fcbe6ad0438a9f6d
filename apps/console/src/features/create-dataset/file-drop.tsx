"use client";
import { type ReactNode, useState } from "react";
import { announceProblem } from "../../ui/toasts.tsx";

/** Takes a file dropped anywhere on the page; the File button is the same for everybody without a mouse. */
export function FileDrop({
  onText,
  children,
}: {
  readonly onText: (text: string) => void;
  readonly children: ReactNode;
}) {
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is the mouse's way; the File button is everybody's.
    <div
      className={`flex flex-1 flex-col ${over ? "ring-2 ring-accent ring-inset" : ""}`}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        const file = event.dataTransfer.files[0];
        setOver(false);
        if (!file) return;
        event.preventDefault();
        file.text().then(onText, announceProblem);
      }}
    >
      {children}
    </div>
  );
}
