import { expect, type Page } from "@playwright/test";

/** Pastes into the JSON editor as a person does: select all, paste from the clipboard. */
export async function pasteIntoEditor(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const editor = page.getByRole("textbox", { name: "Dataset JSON" });
  await editor.click();
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("ControlOrMeta+v");
  await expect(editor).not.toHaveText("");
}
