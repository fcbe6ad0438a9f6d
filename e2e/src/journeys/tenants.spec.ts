import { signIn } from "../console/sign-in.ts";
import { expect, nobody, test } from "../console/test.ts";

const company = "Second Company";
const login = { emailAddress: "admin@second.example", password: "a password of the second" };

test.describe("a second tenant", () => {
  test.use({ storageState: nobody });

  test("sees nothing of the first: not in the list, not by address, not by API", async ({
    page,
    product,
    finishedDataset,
  }) => {
    const signedUp = await page.request.post("/api/v1/sign-up", {
      data: { company, fullName: "Second Admin", ...login },
      headers: { origin: product.address },
    });
    expect(signedUp.status(), await signedUp.text()).toBe(201);

    await signIn(page, login);
    await expect(page.getByText("No datasets yet")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Account: / })).toContainText(company);

    for (const tab of ["", "/tasks", "/errors", "/configuration"]) {
      await page.goto(`/datasets/${finishedDataset}${tab}`);
      await expect(page.getByText(`There is no dataset ${finishedDataset}`)).toBeVisible();
      await expect(page.getByText("3,201")).toHaveCount(0);
    }
    const answer = await page.request.get(`/api/v1/datasets/${finishedDataset}`);
    expect(answer.status()).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "NOT_FOUND" });

    await page.getByRole("button", { name: "Go to…" }).click();
    await page.getByPlaceholder("Page or dataset").fill(finishedDataset);
    await expect(page.getByText("Nothing of that name.")).toBeVisible();
  });
});
