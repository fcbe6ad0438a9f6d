"use client";
import { Menu as MenuIcon, Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { ClockProvider } from "../ui/clock.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { KeySheet } from "./key-sheet.tsx";
import { places } from "./navigation.ts";
import { Palette } from "./palette.tsx";
import { usePerson } from "./person.tsx";
import { useKeys } from "./use-keys.ts";
import { Wordmark } from "./wordmark.tsx";

export function Shell({ children }: { readonly children: ReactNode }) {
  const [drawer, setDrawer] = useState(false);
  const [keys, setKeys] = useState(false);
  const [palette, setPalette] = useState(false);
  const path = usePathname();
  useKeys({ onHelp: () => setKeys(true), onPalette: () => setPalette((open) => !open) });
  useEffect(() => setDrawer(false), [path]);
  const inside = (
    <>
      <Button
        look="plain"
        className="mx-3 mb-3 justify-start text-ink-soft"
        onClick={() => {
          setDrawer(false);
          setPalette(true);
        }}
      >
        <Search aria-hidden />
        <span className="flex-1 text-left font-normal">Go to…</span>
        <kbd aria-hidden className="figures text-xs text-ink-faint">
          ⌘K
        </kbd>
      </Button>
      <Places />
      <div className="mt-auto border-t border-line p-2">
        <AccountMenu
          onShowKeys={() => {
            setDrawer(false);
            setKeys(true);
          }}
        />
      </div>
    </>
  );
  return (
    <ClockProvider>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="flex min-h-dvh flex-col md:flex-row">
        <header className="sticky top-0 z-30 flex h-12 items-center justify-between border-b border-line bg-page px-4 md:hidden">
          <Link href="/datasets" aria-label="LetsData, datasets">
            <Wordmark />
          </Link>
          <Button look="quiet" size="icon" aria-label="Open navigation" onClick={() => setDrawer(true)}>
            <MenuIcon aria-hidden />
          </Button>
        </header>
        <aside className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col border-r border-line bg-surface md:flex">
          <Link href="/datasets" aria-label="LetsData, datasets" className="mx-3 mt-4 mb-4 self-start px-2">
            <Wordmark />
          </Link>
          {inside}
        </aside>
        <main id="content" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
          {children}
        </main>
      </div>
      <Radix.Root open={drawer} onOpenChange={setDrawer}>
        <Radix.Portal>
          <Radix.Overlay className="fixed inset-0 z-40 bg-[rgb(10_12_20/45%)]" />
          <Radix.Content className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] flex-col border-r border-line bg-surface pt-4">
            <Radix.Title className="mx-3 mb-4 px-2">
              <Wordmark />
            </Radix.Title>
            <Radix.Description className="sr-only">Pages of the console</Radix.Description>
            {inside}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
      <KeySheet open={keys} onOpenChange={setKeys} />
      <Palette open={palette} onOpenChange={setPalette} />
    </ClockProvider>
  );
}

function Places() {
  const path = usePathname();
  const { userRole } = usePerson();
  return (
    <nav aria-label="Main" className="px-3">
      <ul className="space-y-0.5">
        {places
          .filter((place) => !place.adminOnly || userRole === "TenantAdmin")
          .map(({ href, text, icon: Icon }) => {
            const here = path === href || path.startsWith(`${href}/`);
            return (
              <li key={href}>
                <Link
                  href={href}
                  aria-current={here ? "page" : undefined}
                  className={classNames(
                    "flex h-8 items-center gap-2.5 rounded-md px-2 text-ink-soft hover:bg-hover hover:text-ink",
                    here && "bg-selected font-medium text-ink hover:bg-selected",
                  )}
                >
                  <Icon aria-hidden className={classNames("size-4", here && "text-accent")} />
                  {text}
                </Link>
              </li>
            );
          })}
      </ul>
    </nav>
  );
}
