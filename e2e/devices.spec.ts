/** A device from its registration to its first payment, and what it hears when it may pay no more. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { TestDevice } from "./devices";
import { expect, test } from "./fixtures";
import { DeviceRegistry } from "./pages/device-registry";

const JONAS = "jonas@harborcity.example";

test("a registered device pays once it is active, and is refused with a stable code when suspended", async ({
  page,
  signIn,
}) => {
  const keys = generateKeyPairSync("ed25519");
  const name = `Pilot gate ${randomBytes(3).toString("hex")}`;
  await signIn(JONAS);
  const registry = new DeviceRegistry(page);
  await registry.register({
    kind: "Toll gate",
    name,
    merchant: "Harbor Toll",
    publicKeyPem: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
  });
  const device = new TestDevice({
    keyId: await registry.credentialId(),
    privateKeyPem: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    currency: "EUR",
  });
  const early = await device.pay({ amount: "3.20" });
  expect(early.status).toBe(403);
  expect(early.body.code).toBe("device_not_active");

  await registry.change("Activate");
  // The gateway hears of a change within moments.
  await expect.poll(async () => (await device.pay({ amount: "3.20" })).status, { timeout: 20_000 }).toBe(201);
  const taken = await device.pay({ amount: "3.20" });
  expect(taken.body.state).toBe("captured");

  await registry.change("Suspend", "The card reader was tampered with.");
  await expect(page.getByText("Suspended: its requests are refused")).toBeVisible();
  await expect.poll(async () => (await device.pay({ amount: "3.20" })).status, { timeout: 20_000 }).toBe(403);
  const refused = await device.pay({ amount: "3.20" });
  expect(refused.body.code).toBe("device_suspended");

  // The registry counts what it was refused, by the same code.
  const refusals = page.getByRole("table", { name: "Refusals" });
  await expect
    .poll(
      async () => {
        await page.reload();
        await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
        return (await refusals.count()) === 0 ? "" : await refusals.textContent();
      },
      { timeout: 30_000 },
    )
    .toContain("device_suspended");

  await registry.change("Activate");
  await expect.poll(async () => (await device.pay({ amount: "3.20" })).status, { timeout: 20_000 }).toBe(201);
});

test("a private key in the wrong field is not taken", async ({ page, signIn }) => {
  await signIn(JONAS);
  await page.goto("/ops/devices");
  await page.getByRole("button", { name: "Register a device" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Register a device" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("Careless meter");
  await dialog.getByRole("combobox", { name: "Merchant" }).fill("Harbor Toll");
  await page.getByRole("option", { name: "Harbor Toll" }).click();
  const secret = generateKeyPairSync("ed25519")
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
  await dialog.getByRole("textbox", { name: "Public key" }).fill(secret);
  await dialog.getByRole("button", { name: "Register", exact: true }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await expect(page).not.toHaveURL(/dev_/);
});
