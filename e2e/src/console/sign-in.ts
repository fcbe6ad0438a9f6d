import type { BrowserContext, Page } from "@playwright/test";

export type Session = Awaited<ReturnType<BrowserContext["storageState"]>>;

export async function signIn(
  page: Page,
  login: { readonly emailAddress: string; readonly password: string },
): Promise<void> {
  if (!page.url().includes("/sign-in")) await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(login.emailAddress);
  await page.getByLabel("Password").fill(login.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
