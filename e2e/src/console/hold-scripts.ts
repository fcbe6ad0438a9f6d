import type { Page } from "@playwright/test";

/** A slow line or machine: pages are shown as the server made them, their scripts come when released. */
export async function holdScripts(page: Page): Promise<{ release(): void }> {
  const released = Promise.withResolvers<void>();
  await page.route(/\/_next\/.*\.js/, async (route) => {
    await released.promise;
    await route.continue();
  });
  return { release: () => released.resolve() };
}
