import type { Page } from "@playwright/test";
import { holdScripts } from "../console/hold-scripts.ts";
import { sampleText } from "../console/sample-dataset.ts";
import { faultsInEveryLook, faultsOf, sizes } from "../console/screen-faults.ts";
import { signIn } from "../console/sign-in.ts";
import { expect, nobody, test } from "../console/test.ts";

interface Screen {
  readonly name: string;
  readonly path: string;
  /** Text of the page once its data has arrived. */
  readonly arrived: RegExp;
}

const signInScreen: Screen = { name: "sign in", path: "/sign-in", arrived: /Password/ };

function screensOf(dataset: string): readonly Screen[] {
  const of = (tab: string, arrived: RegExp): Screen => ({
    name: `dataset${tab}`,
    path: `/datasets/${dataset}${tab}`,
    arrived,
  });
  return [
    { name: "datasets", path: "/datasets", arrived: new RegExp(dataset) },
    { name: "create by JSON", path: "/datasets/new?from=sample", arrived: /Valid/ },
    { name: "create by form", path: "/datasets/new?by=form&from=sample", arrived: /Valid/ },
    { name: "create, source", path: "/datasets/new?by=form&step=read&from=sample", arrived: /Valid/ },
    { name: "create, handler", path: "/datasets/new?by=form&step=handler&from=sample", arrived: /Valid/ },
    { name: "create, manifest", path: "/datasets/new?by=form&step=manifest&from=sample", arrived: /List objects/ },
    { name: "create, access", path: "/datasets/new?by=form&step=access&from=sample", arrived: /sts:ExternalId/ },
    { name: "create, review", path: "/datasets/new?by=form&step=review&from=sample", arrived: /What will be made/ },
    of("", /3,201\s*read/),
    of("/tasks", /8 tasks on page/),
    of("/errors", /Title is not text|lies in the future/),
    of("/logs", /./),
    of("/metrics", /./),
    of("/usage", /./),
    of("/configuration", /letsdata-demo-data/),
    { name: "usage", path: "/usage", arrived: /./ },
    { name: "users", path: "/users", arrived: /demo@letsdata\.example/ },
    { name: "API keys", path: "/api-keys", arrived: /demo/ },
    { name: "no such dataset", path: "/datasets/NoSuchDataset", arrived: /There is no dataset/ },
  ];
}

/** Opens the screen and looks at it at each size, in both themes. */
async function walk(page: Page, { name, path, arrived }: Screen): Promise<string[]> {
  const faults: string[] = [];
  page.on("console", (message) => {
    // Chromium reports every answer of 4xx as an error; the page of a missing dataset asks for one.
    if (message.type() === "error" && !/status of 404/.test(message.text())) {
      faults.push(`${name}: console error: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => faults.push(`${name}: uncaught ${error.message}`));
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.goto(path);
  await expect(page.getByRole("main")).toContainText(arrived);
  await expect(page.locator("[aria-busy=true], .skeleton")).toHaveCount(0);
  faults.push(...(await faultsInEveryLook(page, name)));
  return faults;
}

test.describe("every screen", () => {
  // Each looks at one screen: whichever browser is free takes the next.
  test.describe.configure({ mode: "parallel" });

  for (const [place, { name }] of screensOf("").entries()) {
    test(`${name} is accessible, fits and is free of errors, wide and narrow, light and dark`, async ({
      page,
      finishedDataset,
    }) => {
      const faults = await walk(page, screensOf(finishedDataset)[place]!);
      expect(faults.join("\n")).toBe("");
    });
  }

  test("shows its dialogs and panels accessibly", async ({ page, finishedDataset }) => {
    const faults: string[] = [];
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(`/datasets/${finishedDataset}/tasks`);
    await page
      .getByRole("button", { name: /^Task / })
      .first()
      .click();
    await expect(page.getByRole("dialog", { name: "Task" })).toContainText("Checkpoint");
    faults.push(...(await faultsOf(page, "task panel")));
    await page.goto(`/datasets/${finishedDataset}/errors`);
    await page.getByRole("table", { name: "Error records" }).getByRole("button").first().click();
    await expect(page.getByRole("dialog", { name: "Error record" })).toContainText("Source bytes");
    faults.push(...(await faultsOf(page, "error record panel")));
    await page.goto("/datasets/new?from=sample");
    await page.getByRole("button", { name: "What access policy do I need?" }).click();
    await expect(page.getByRole("dialog", { name: "Access policy" })).toContainText("s3:GetObject");
    faults.push(...(await faultsOf(page, "access policy")));
    await page.goto(`/datasets/${finishedDataset}`);
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Update compute engine…" }).click();
    const update = page.getByRole("dialog", { name: /^Update the compute engine/ });
    await update.locator('[data-path="computeEngine.concurrency"]').fill("9");
    await update.getByRole("button", { name: "Show changes" }).click();
    await expect(update.getByRole("region", { name: "What changes" })).toContainText("9");
    await page.setViewportSize(sizes[1]!);
    faults.push(...(await faultsOf(page, "update with its changes")));
    expect(faults.join("\n")).toBe("");
  });

  test("shows an update of the code accessibly: the same address, another one, and one that is none", async ({
    page,
    finishedDataset,
  }) => {
    const faults: string[] = [];
    await page.goto(`/datasets/${finishedDataset}`);
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Update code…" }).click();
    const dialog = page.getByRole("dialog", { name: `Update the code of ${finishedDataset}` });
    const artifact = dialog.getByLabel("Artifact");
    const show = dialog.getByRole("button", { name: "Show changes" });
    await show.click();
    await expect(dialog).toContainText("What lies at the address now is loaded and checked");
    await expect(dialog.getByRole("button", { name: "Update", exact: true })).toBeEnabled();
    faults.push(...(await faultsInEveryLook(page, "update code, same address")));
    const other = "s3://letsdata-demo-code/a-folder-with-a-rather-long-name/movies-of-2026.zip";
    await artifact.fill(other);
    await show.click();
    await expect(dialog.getByRole("region", { name: "What changes" }).getByRole("insertion")).toHaveText(other);
    faults.push(...(await faultsInEveryLook(page, "update code with its changes")));
    await artifact.fill("movies.zip");
    await expect(artifact).toHaveAttribute("aria-invalid", "true");
    await expect(show).toBeDisabled();
    await dialog.getByText("The same from a terminal").click();
    faults.push(...(await faultsInEveryLook(page, "update code, no address")));
    expect(faults.join("\n")).toBe("");
  });

  test("says of each line of the access whether it works, fails, is made later or could not be asked for", async ({
    page,
  }) => {
    const faults: string[] = [];
    await page.goto("/datasets/new?by=form&step=read&from=sample");
    await page.locator('[data-path="readConnector.bucketName"]').fill("letsdata-demo-elsewhere");
    await page.getByRole("button", { name: /Access/ }).click();
    await page.getByRole("button", { name: "Check access" }).click();
    await expect(page.getByText("1 call failed")).toBeVisible();
    const lines = (owner: string) => page.getByRole("region", { name: owner }).getByRole("listitem");
    const marks = /Failed|Refused|Not known|Works|Made later/g;
    const marksOf = async (owner: string) =>
      (await lines(owner).allInnerTexts()).map((text) => text.match(marks)?.[0]).filter(Boolean);
    // The lines come from the policy, which is asked for by itself.
    await expect.poll(() => marksOf("Yours")).toEqual(["Failed", "Not known", "Works", "Works"]);
    await expect.poll(() => marksOf("LetsData's")).toEqual(["Made later", "Made later"]);
    faults.push(...(await faultsInEveryLook(page, "checked access")));
    await page.getByRole("radio", { name: "JSON" }).click();
    await page.getByRole("button", { name: "Check access" }).click();
    await expect(page.getByText("1 call failed")).toBeVisible();
    faults.push(...(await faultsInEveryLook(page, "checked access beside the JSON")));
    await page.getByRole("button", { name: "What access policy do I need?" }).click();
    await expect(page.getByRole("dialog", { name: "Access policy" })).toContainText("Not known");
    faults.push(...(await faultsInEveryLook(page, "checked access in the dialog")));
    expect(faults.join("\n")).toBe("");
  });

  test("answers the keyboard: ? shows the keys, Ctrl K goes anywhere, / filters", async ({ page, finishedDataset }) => {
    await page.goto("/datasets");
    await expect(page.getByRole("link", { name: finishedDataset })).toBeVisible();
    await page.keyboard.press("?");
    const keys = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await expect(keys).toContainText("This sheet");
    await page.keyboard.press("Escape");
    await expect(keys).toBeHidden();
    await page.keyboard.press("/");
    await expect(page.getByRole("searchbox", { name: "Filter by name or id" })).toBeFocused();
    await page.keyboard.press("ControlOrMeta+k");
    // At once, as pasted: the page selected before leaves the list together with all the others.
    await page.keyboard.insertText(finishedDataset);
    await expect(page.getByRole("option", { name: new RegExp(finishedDataset), selected: true })).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`/datasets/${finishedDataset}$`));
    await expect(page.getByRole("heading", { name: finishedDataset, level: 1 })).toBeVisible();
  });

  test("lets a dataset be created without a pointer", async ({ page }) => {
    await page.goto("/datasets");
    await expect(page.getByRole("heading", { name: "Datasets", level: 1 })).toBeVisible();
    await tabTo(page, "link", "Create dataset");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Create dataset", level: 1 })).toBeVisible();
    await tabTo(page, "button", "Sample");
    await page.keyboard.press("Enter");
    // A menu takes letters once it holds the focus, and moves the focus to what they name a moment later.
    await expect(page.getByRole("menuitem").first()).toBeFocused();
    await page.keyboard.type("zip");
    await expect(page.getByRole("menuitem", { name: "zip-codes-to-s3" })).toBeFocused();
    await page.keyboard.press("Enter");
    const editor = page.getByRole("textbox", { name: "Dataset JSON" });
    await expect(editor).toContainText("ZipCodesToS3");
    // A closed menu gives the focus back a moment after it is gone.
    await expect(page.getByRole("button", { name: "Sample", exact: true })).toBeFocused();
    await tabTo(page, "textbox", "Dataset JSON");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(sampleText("zip-codes-to-s3").replace("ZipCodesToS3", "ByKeyboard"));
    await expect(page.getByRole("status").filter({ hasText: "Valid" })).toBeVisible();
    await page.keyboard.press("Escape");
    await tabTo(page, "button", "Check access");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Every resource answered")).toBeVisible();
    await tabTo(page, "button", "Create dataset", "Shift+Tab");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "ByKeyboard", level: 1 })).toBeVisible();
  });
});

test.describe("a stranger", () => {
  test.use({ storageState: nobody });

  test("meets an accessible sign-in", async ({ page }) => {
    const faults = await walk(page, signInScreen);
    expect(faults.join("\n")).toBe("");
  });

  test("can sign in only once the page listens, and then with what was typed before", async ({ page, product }) => {
    const scripts = await holdScripts(page);
    await page.goto("/sign-in", { waitUntil: "commit" });
    await page.getByLabel("E-mail").fill(product.login.emailAddress);
    const button = page.getByRole("button", { name: "Sign in" });
    await expect(button).toBeDisabled();
    scripts.release();
    await expect(button).toBeEnabled();
    await expect(page.getByLabel("E-mail")).toHaveValue(product.login.emailAddress);
  });

  test("is a stranger again after signing out", async ({ page, product }) => {
    await signIn(page, product.login);
    await page.waitForURL("**/datasets");
    await page.getByRole("button", { name: /^Account: / }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/sign-in$/);
    await page.goto("/datasets");
    await expect(page).toHaveURL(/\/sign-in/);
    expect((await page.request.get("/api/v1/datasets")).status()).toBe(401);
  });
});

const tabsMax = 60;

/** Walks the focus to a control as a person without a pointer does. */
async function tabTo(page: Page, role: "link" | "button" | "textbox", name: string, key = "Tab"): Promise<void> {
  const target = page.getByRole(role, { name, exact: true }).first();
  await expect(target).toBeEnabled();
  for (let pressed = 0; pressed < tabsMax; pressed += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${role} ${name} is not reached within ${tabsMax} × ${key}`);
}
