import type { Page } from "@playwright/test";

declare global {
  interface Window {
    statusesSeen?: string[];
  }
}

/**
 * Writes down every exact status the page shows from now on, however briefly.
 * The list lives in the page: a reload would lose it, so a full list proves there was none.
 */
export async function watchStatuses(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const seen: string[] = [];
    window.statusesSeen = seen;
    const note = () => {
      for (const mark of document.querySelectorAll("main .sr-only")) {
        const status = /^, ([A-Z]+)$/.exec(mark.textContent ?? "")?.[1];
        if (status && seen.at(-1) !== status) seen.push(status);
      }
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => window.statusesSeen ?? []);
}
