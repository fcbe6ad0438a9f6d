import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

const rules = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
export const sizes = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

/** Everything wrong with the screen as it stands, at each size and in both themes, as one readable list; leaves the page wide. */
export async function faultsInEveryLook(page: Page, name: string): Promise<string[]> {
  const faults: string[] = [];
  for (const size of sizes.toReversed()) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const where = `${name}, ${size.width} px, ${colorScheme}`;
      // Colours do not depend on the width, nor the rest on the theme: wide in light and narrow in dark show all rules.
      const wholeLook = (size === sizes[0]) === (colorScheme === "light");
      faults.push(...(await (wholeLook ? faultsOf(page, where) : overflowOf(page, where))));
    }
  }
  return faults;
}

const SETTLED_MS = 10_000;

/** Of a page that had the time to follow its new size: charts are drawn anew a moment after it. */
async function overflowOf(page: Page, where: string): Promise<string[]> {
  const overflowNow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const deadline = performance.now() + SETTLED_MS;
  let overflow = await overflowNow();
  while (overflow > 0 && performance.now() < deadline) overflow = await overflowNow();
  return overflow > 0 ? [`${where}: the page is ${overflow} px too wide`] : [];
}

/** Everything wrong with the screen as it stands, as one readable list. */
export async function faultsOf(page: Page, where: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  return [
    ...(await overflowOf(page, where)),
    ...violations.flatMap(({ id, nodes }) => nodes.map((node) => `${where}: ${id} at ${node.target.join(" ")}`)),
  ];
}
