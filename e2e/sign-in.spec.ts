/** Who comes in, who does not, and how it ends. */
import { DEMO_PASSWORD } from "@/prisma/seed/harbor-city/cast";
import { expect, test } from "./fixtures";
import { Frame } from "./pages/frame";
import { SignInPage } from "./pages/sign-in-page";

// People whom no other test signs in, since their sessions end here.
const LEA = { email: "lea@voltway.example", name: "Lea Novak" };
const NOOR = { email: "noor@brightmeter.example", name: "Noor Aziz" };

const someAddress = () => `nobody-${Math.random().toString(36).slice(2)}@example.org`;

test("a wrong password and an unknown address are refused with the same words", async ({ page }) => {
  const entrance = new SignInPage(page);
  await entrance.open();
  await entrance.send(LEA.email, "not-the-password");
  await expect(entrance.refusal).toContainText("E-mail and password do not fit together");
  const known = await entrance.refusal.textContent();
  await page.reload();
  await entrance.send(someAddress(), "not-the-password");
  await expect(entrance.refusal).toContainText("E-mail and password do not fit together");
  expect(await entrance.refusal.textContent()).toBe(known);
  expect(page.url()).toContain("/sign-in");
});

test("after five refusals an address has to wait, and is told until when", async ({ page }) => {
  const entrance = new SignInPage(page);
  const address = someAddress();
  await entrance.open();
  const throttled = page.getByRole("alert").filter({ hasText: /Too many attempts\. Try again at \d/ });
  let answers = 0;
  page.on("response", (response) => {
    if (response.url().includes("/callback/credentials")) answers++;
  });
  for (let attempt = 1; attempt <= 5; attempt++) {
    await entrance.send(address, `wrong-${attempt}`);
    await expect.poll(() => answers).toBe(attempt);
    await expect(entrance.refusal).toContainText("do not fit together");
  }
  await entrance.send(address, "wrong-again");
  await expect(throttled).toBeVisible();
});

test("signing out ends the session, also for a copy of its cookie", async ({ page, browser, baseURL }) => {
  const entrance = new SignInPage(page);
  await entrance.enter(LEA.email, DEMO_PASSWORD);
  await page.goto("/m/voltway");
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  const cookies = await page.context().cookies();
  const copy = await browser.newContext({ baseURL: baseURL ?? "" });
  await copy.addCookies(cookies);
  const elsewhere = await copy.newPage();
  await elsewhere.goto("/m/voltway");
  await expect(elsewhere.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();

  await new Frame(page).signOut(LEA.name);
  await page.goto("/m/voltway");
  await expect(page).toHaveURL(/\/sign-in/);
  await elsewhere.goto("/m/voltway/payments");
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  const call = await elsewhere.request.get("/api/trpc/m/voltway/reporting.attention");
  expect(call.status()).toBe(401);
  await copy.close();
});

test("a session that is ended from elsewhere is out", async ({ page, browser, baseURL }) => {
  await new SignInPage(page).enter(NOOR.email, DEMO_PASSWORD);
  const context = await browser.newContext({ baseURL: baseURL ?? "" });
  const other = await context.newPage();
  await new SignInPage(other).enter(NOOR.email, DEMO_PASSWORD);
  await other.goto("/m/brightmeter");
  await expect(other.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();

  await page.goto("/account");
  const list = page.locator("section").filter({ has: page.getByText("Where you are signed in") });
  await expect(list.getByText("This one")).toBeVisible();
  const others = list.getByRole("button", { name: /^End the session of/ });
  await expect(others.first()).toBeVisible();
  for (let left = await others.count(); left > 0; left--) {
    await others.first().click();
    await expect(others).toHaveCount(left - 1);
  }
  await expect(page.getByText("This one")).toBeVisible();

  await other.goto("/m/brightmeter/payments");
  await expect(other).toHaveURL(/\/sign-in/);
  await page.goto("/m/brightmeter");
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await context.close();
});

for (const [who, email, address] of [
  ["a merchant", "sam@voltway.example", "/a/metro-transit"],
  ["a merchant", "sam@voltway.example", "/m/harbor-toll"],
  ["a merchant", "sam@voltway.example", "/ops"],
  ["an agency", "ana@metrotransit.example", "/m/voltway"],
  ["an operator", "olivia@harborcity.example", "/a/metro-transit"],
] as const) {
  test(`${who} is refused at ${address}, by a page that says so`, async ({ page, signIn }) => {
    await signIn(email);
    await page.goto(address);
    await expect(page.getByText(/an organisation that you are not a member of/)).toBeVisible();
    await page.getByRole("link", { name: /Go to your/ }).click();
    await expect(page.getByRole("main")).toBeVisible();
    await expect(page.getByText(/not a member of/)).toHaveCount(0);
  });
}

test("nobody signed in is led to the entrance and back to the page that was asked for", async ({ page }) => {
  await page.goto("/a/grid-co/statements");
  await expect(page).toHaveURL(/\/sign-in/);
  await new SignInPage(page).send("ines@gridco.example", DEMO_PASSWORD);
  await expect(page).toHaveURL(/\/a\/grid-co\/statements$/);
});
