/** Every dialog and side sheet that can be opened without doing anything, and how one gets there. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { PageFamily } from "./page-families";

const SAM = "sam@voltway.example";
const ANA = "ana@metrotransit.example";
const OLIVIA = "olivia@harborcity.example";
const RAVI = "ravi@harborcity.example";
const MINA = "mina@harborcity.example";

export interface Opening extends Pick<PageFamily, "path" | "one"> {
  name: string;
  email: string;
  /** Clicked one after another. The last one opens what is looked at. */
  click: (page: Page) => Locator[];
  phone?: true;
}

const firstRow = (page: Page) => page.getByRole("main").locator("tbody tr").first();
const button = (name: string | RegExp) => (page: Page) => [page.getByRole("button", { name }).first()];
const row = (page: Page) => [firstRow(page)];
const ofRow = (name: string | RegExp) => (page: Page) => [
  firstRow(page),
  dialogs(page).getByRole("button", { name }).first(),
];
const menu = (trigger: string | RegExp, entry: string | RegExp) => (page: Page) => [
  page.getByRole("button", { name: trigger }).first(),
  page.getByRole("menuitem", { name: entry }),
];
const reckoningLine = (page: Page) => [page.locator("dl a").first()];

const captured = { procedure: "payments.list", input: { states: ["captured"] } };
const inState = (procedure: string, state: string) => ({ procedure, input: { state } });

export const OPENINGS: readonly Opening[] = [
  { name: "a merchant's payment beside its list", email: SAM, path: "/m/voltway/payments", click: row },
  {
    name: "a merchant's refund",
    email: SAM,
    path: "/m/voltway/payments",
    one: captured,
    click: button("Refund…"),
  },
  { name: "a merchant's device beside its list", email: SAM, path: "/m/voltway/devices", click: row },
  {
    name: "a line of a payout, explained",
    email: SAM,
    path: "/m/voltway/payouts",
    one: { procedure: "payouts.list" },
    click: reckoningLine,
  },
  { name: "a merchant's invitation", email: SAM, path: "/m/voltway/team", click: button("Invite somebody") },
  {
    name: "a merchant's bank account",
    email: SAM,
    path: "/m/voltway/bank-accounts",
    click: button("Enter an account"),
  },
  {
    name: "the end of a bank account's use",
    email: SAM,
    path: "/m/voltway/bank-accounts",
    click: button("End its use"),
  },
  {
    name: "a standing consent withdrawn",
    email: SAM,
    path: "/m/voltway/agreements",
    click: button(/^Withdraw/),
  },
  {
    name: "another role for a member",
    email: SAM,
    path: "/m/voltway/team",
    click: (page) => [
      page.getByRole("button", { name: "Change Lea Novak" }),
      page
        .getByRole("menuitemcheckbox", { name: "Viewer" })
        .or(page.getByRole("menuitem", { name: "Viewer" })),
    ],
  },
  {
    name: "the end of a membership",
    email: SAM,
    path: "/m/voltway/team",
    click: menu("Change Lea Novak", "Take out of the team"),
  },
  {
    name: "the navigation on a phone",
    email: SAM,
    path: "/m/voltway",
    click: button("Open the navigation"),
    phone: true,
  },
  {
    name: "a merchant's payment on a phone",
    email: SAM,
    path: "/m/voltway/payments",
    click: row,
    phone: true,
  },
  {
    name: "a line of a remittance, explained",
    email: ANA,
    path: "/a/metro-transit/remittances",
    one: { procedure: "remittances.list" },
    click: reckoningLine,
  },
  {
    name: "an agency's invitation",
    email: ANA,
    path: "/a/metro-transit/team",
    click: button("Invite somebody"),
  },
  {
    name: "the approval of an agreement",
    email: ANA,
    path: "/a/metro-transit/agreements",
    one: { procedure: "agreements.list" },
    click: button(/^Approve version/),
  },
  {
    name: "the rejection of an agreement",
    email: ANA,
    path: "/a/metro-transit/agreements",
    one: { procedure: "agreements.list" },
    click: button("Reject with a reason"),
  },
  { name: "a payment beside the console's list", email: OLIVIA, path: "/ops/payments", click: row },
  {
    name: "a refund by the operator",
    email: OLIVIA,
    path: "/ops/payments",
    one: captured,
    click: button("Refund…"),
  },
  { name: "a device beside the registry", email: OLIVIA, path: "/ops/devices", click: row },
  {
    name: "the suspension of a device beside the registry",
    email: OLIVIA,
    path: "/ops/devices?tab=active",
    click: ofRow("Suspend"),
  },
  { name: "a new device", email: OLIVIA, path: "/ops/devices", click: button("Register a device") },
  {
    name: "the retirement of a device",
    email: OLIVIA,
    path: "/ops/devices",
    one: { procedure: "devices.list" },
    click: button("Retire"),
  },
  {
    name: "a key of a device",
    email: OLIVIA,
    path: "/ops/devices",
    one: { procedure: "devices.list" },
    click: button("Add a key"),
  },
  {
    name: "the end of a device's key",
    email: OLIVIA,
    path: "/ops/devices",
    one: { procedure: "devices.list" },
    click: button("Revoke"),
  },
  {
    name: "the id of a device at its source",
    email: OLIVIA,
    path: "/ops/devices",
    one: { procedure: "devices.list" },
    click: button("Id at the source"),
  },
  { name: "the end of a period", email: OLIVIA, path: "/ops/settlement", click: button("Close a period") },
  {
    name: "the approval of a run",
    email: RAVI,
    path: "/ops/settlement",
    one: inState("runs.list", "calculated"),
    click: button(/^Approve/),
  },
  {
    name: "what may happen to a payout",
    email: RAVI,
    path: "/ops/settlement/payouts",
    one: inState("payouts.list", "proposed"),
    click: menu("Move on…", /Cancel/),
  },
  {
    name: "a line of any party's payout, explained",
    email: OLIVIA,
    path: "/ops/settlement/payouts",
    one: { procedure: "payouts.list" },
    click: reckoningLine,
  },
  {
    name: "an adjustment that is proposed",
    email: OLIVIA,
    path: "/ops/confirmations",
    click: button("Adjustment"),
  },
  {
    name: "a payout rule that is proposed",
    email: RAVI,
    path: "/ops/confirmations",
    click: button("Payout rule…"),
  },
  {
    name: "another limit of what one person signs",
    email: OLIVIA,
    path: "/ops/confirmations",
    click: button("Change"),
  },
  {
    name: "a party's bank account, entered by the operator",
    email: OLIVIA,
    path: "/ops/organisations",
    one: { procedure: "organisations.list", input: { kind: "merchant" } },
    click: button("Enter an account"),
  },
  {
    name: "a proposed agreement that is withdrawn",
    email: OLIVIA,
    path: "/ops/agreements",
    click: (page) => [
      page.getByRole("main").locator("tbody tr").filter({ hasText: "Proposed" }).first(),
      page.getByRole("button", { name: "Withdraw", exact: true }),
    ],
  },
  {
    name: "a program's terms for merchants",
    email: OLIVIA,
    path: "/ops/programs",
    one: { procedure: "programs.list", field: "slug" },
    click: button(/^(Write|Change the) terms$/),
  },
  { name: "a new program", email: OLIVIA, path: "/ops/programs", click: button("New program") },
  {
    name: "a party for a program",
    email: OLIVIA,
    path: "/ops/programs",
    one: { procedure: "programs.list", field: "slug" },
    click: button("Add a party"),
  },
  {
    name: "a new organisation",
    email: OLIVIA,
    path: "/ops/organisations",
    click: button("Create an organisation"),
  },
  {
    name: "the suspension of an organisation",
    email: OLIVIA,
    path: "/ops/organisations",
    one: { procedure: "organisations.list", input: { kind: "merchant" } },
    click: button("Suspend"),
  },
  { name: "an entry of the audit log", email: OLIVIA, path: "/ops/audit", click: row },
  {
    name: "an invitation to the console",
    email: OLIVIA,
    path: "/ops/team",
    click: button("Invite somebody"),
  },
  { name: "the escalation of a case", email: MINA, path: "/ops/review", click: button(/^Escalate( e)?$/) },
  {
    name: "the keys of the review queue",
    email: MINA,
    path: "/ops/review",
    click: button(/keys of the queue/),
  },
];

/** Toasts are dialogs too, and nobody opened them. */
export const DIALOG = ":is([role=dialog],[role=alertdialog]):not([data-toast])";

function dialogs(page: Page): Locator {
  return page.locator(DIALOG);
}

/** A click is heard once the page has come alive, so it is repeated until what it opens is there. */
export async function openIt(page: Page, { click }: Opening): Promise<void> {
  const steps = click(page);
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    const openBefore = await dialogs(page).count();
    const opened = async () => (next ? await next.isVisible() : (await dialogs(page).count()) > openBefore);
    await expect(async () => {
      if (!(await opened())) await step.click({ timeout: 2_000 });
      await expect.poll(opened, { timeout: 2_000 }).toBe(true);
    }).toPass();
  }
}
