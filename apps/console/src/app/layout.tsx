import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { parseTheme, themeCookie } from "../ui/theme.ts";
import { Toasts } from "../ui/toasts.tsx";
import { TooltipProvider } from "../ui/tooltip.tsx";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "LetsData", template: "%s · LetsData" },
  description: "Datasets that read, handle and write your data, and account for every record.",
};
export const viewport: Viewport = { width: "device-width", initialScale: 1 };
// Nonces and sessions belong to one request: no page is rendered ahead of time.
export const dynamic = "force-dynamic";

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <html lang="en" data-theme={theme} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body className="font-sans antialiased">
        <TooltipProvider>{children}</TooltipProvider>
        <Toasts />
      </body>
    </html>
  );
}
