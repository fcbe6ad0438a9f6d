"use client";
import { ChevronsUpDown, Keyboard, LogOut } from "lucide-react";
import { useEffect, useState } from "react";
import { useZone } from "../ui/clock.tsx";
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuLine } from "../ui/menu.tsx";
import { applyTheme, parseTheme, type Theme, themes } from "../ui/theme.ts";
import { signOut } from "./auth-client.ts";
import { usePerson } from "./person.tsx";

const themeWords: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };

export function AccountMenu({ onShowKeys }: { readonly onShowKeys: () => void }) {
  const person = usePerson();
  const [zone, setZone] = useZone();
  const [theme, setTheme] = useState<Theme>("system");
  useEffect(() => setTheme(parseTheme(document.documentElement.dataset.theme)), []);
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex w-full min-w-0 items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-hover"
        >
          <span className="sr-only">Account: </span>
          <span
            aria-hidden
            className="flex size-7 shrink-0 items-center justify-center rounded-md bg-selected text-xs font-semibold text-accent"
          >
            {person.fullName.slice(0, 1).toUpperCase()}
          </span>
          <span className="min-w-0 flex-1">
            <span className="block truncate text-[13px] leading-4 font-medium">{person.fullName}</span>
            <span className="block truncate text-xs leading-4 text-ink-soft">{person.tenantName}</span>
          </span>
          <ChevronsUpDown aria-hidden className="size-4 text-ink-faint" />
        </button>
      }
    >
      <MenuLabel>{person.emailAddress}</MenuLabel>
      <MenuLine />
      <MenuLabel>Colours</MenuLabel>
      {themes.map((choice) => (
        <MenuCheck
          key={choice}
          checked={theme === choice}
          onChange={() => {
            setTheme(choice);
            applyTheme(choice);
          }}
        >
          {themeWords[choice]}
        </MenuCheck>
      ))}
      <MenuLine />
      <MenuLabel>Times</MenuLabel>
      <MenuCheck checked={zone === "local"} onChange={() => setZone("local")}>
        Local zone
      </MenuCheck>
      <MenuCheck checked={zone === "utc"} onChange={() => setZone("utc")}>
        UTC
      </MenuCheck>
      <MenuLine />
      <MenuItem onSelect={onShowKeys}>
        <Keyboard aria-hidden />
        Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
    </Menu>
  );
}
