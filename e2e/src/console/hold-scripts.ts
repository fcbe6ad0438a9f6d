import type { Page } from "@playwright/test";

/** A slow line or machine: pages are shown as the server made them, their scripts come when released. */
export async function holdScripts(page: Page): Promise<{ release(): Promise<void> }> {
  const released = Promise.withResolvers<void>();
  const scripts = /\/_next\/.*\.js/;
  await page.route(scripts, async (route) => {
    await released.promise;
    await route.continue();
  });
  return {
    async release() {
      released.resolve();
      await page.unroute(scripts);
    },
  };
}
