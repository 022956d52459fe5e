/** What waits for a second person, in words. */
import { formatAmount, fromMinorUnits } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { delayWords, momentWords, periodWords } from "@/components/programs/calendar-words";
import { roleLabel } from "@/components/team/role-words";
import type { WaitingView } from "@/server/settlement/schema";

interface SettingWords {
  label: string;
  /** Counted in this; null for amounts, which are kept in the smallest unit of whatever currency it is. */
  unit: string | null;
}

const SETTINGS: Record<string, SettingWords> = {
  "adjustment_limit.finance": { label: "Adjustments that finance may sign in 24 hours", unit: null },
  "adjustment_limit.admin": { label: "Adjustments that an admin may sign in 24 hours", unit: null },
  "bank_account.cooling_hours": { label: "Rest of a bank account that replaces another", unit: "hours" },
};

export function settingWords(name: string): SettingWords {
  return SETTINGS[name] ?? { label: name, unit: "" };
}

/** "1 000.00 EUR or USD": so many smallest units as an amount, of each currency in use. */
function amountWords(minorUnits: string, currencies: readonly string[]): string {
  if (currencies.length === 0) return `${formatCount(BigInt(minorUnits))} of the smallest coin`;
  const byFigure = new Map<string, string[]>();
  for (const currency of currencies) {
    const figure = formatAmount(fromMinorUnits(minorUnits, currency), { currency });
    byFigure.set(figure, [...(byFigure.get(figure) ?? []), currency]);
  }
  return [...byFigure].map(([figure, codes]) => `${figure} ${codes.join(" or ")}`).join(", ");
}

/** What a setting is, with its unit. */
export function settingValue(name: string, value: string, currencies: readonly string[]): string {
  const { unit } = settingWords(name);
  return unit === null ? amountWords(value, currencies) : `${formatCount(Number(value))} ${unit}`.trimEnd();
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** One line that says what would happen, without its end. */
export function waitingTitle(row: WaitingView, currencies: readonly string[]): string {
  const amount = row.amount
    ? `${formatAmount(row.amount.amount.replace("-", ""), { currency: row.amount.currency })} ${row.amount.currency}`
    : "";
  const who = row.party?.name ?? "";
  switch (row.action) {
    case "adjustment.add":
      return row.amount?.amount.startsWith("-") ? `${amount} less for ${who}` : `${amount} more for ${who}`;
    case "payout_rule.set":
      return row.held ? `Hold the payouts to ${who}` : `Pay ${who} out from ${amount}`;
    case "payout.take_back":
      return `${amount} to ${who} ${row.state === "returned" ? "came back" : "was refused by the bank"}`;
    case "import.undo":
      return `Give back ${amount} of ${who} from ${row.import?.fileName ?? "a file"}`;
    case "bank_account.use":
      return `Another bank account for ${who}`;
    case "authority_setting.set": {
      const { name = "", value = "" } = row.setting ?? {};
      return `${settingWords(name).label}: ${settingValue(name, value, currencies)}`;
    }
    case "calendar.change":
      return row.calendar
        ? `Periods of ${row.program?.name ?? "a program"}: ${lowerFirst(periodWords(row.calendar.calendar))}, paid out ${delayWords(row.calendar.calendar)}, from ${momentWords(row.calendar.from, row.calendar.timeZone)}`
        : "Another calendar";
    case "agreement.approve":
      return `Version ${row.version} of the agreement of ${row.program?.name ?? "a program"}`;
    case "program_terms.confirm":
      return `Version ${row.version} of the terms for merchants of ${row.program?.name ?? "a program"}`;
    case "membership.grant":
    case "invitation.release":
      return `${row.member?.name ?? "Somebody"} as ${roleLabel(row.member?.role ?? "").toLowerCase()} of ${who}`;
    case "password.release":
      return `A new password for ${row.member?.name ?? "somebody"}${row.party ? ` of ${who}` : ""}`;
    case "run.approve":
      return `Settlement run of ${row.program?.name ?? "a program"}`;
    default:
      return row.action.replaceAll(/[._]/g, " ");
  }
}

const CONSEQUENCES: Record<string, string> = {
  "adjustment.add":
    "The ledger moves at once, at the operator's cost, and the next statements of both show it.",
  "payout_rule.set": "It holds from now on. A hold takes back approvals of payouts that were not sent yet.",
  "payout.take_back": "The money is owed to the party again and goes out with the next run.",
  "import.undo":
    "Every payment of the file is given back, and the next run takes each share back from whoever has it.",
  "calendar.change":
    "Periods that have begun stay as they are. It begins at the moment that it names, and is void if nobody confirms it before.",
  "authority_setting.set": "It holds for everybody from now on.",
};

export function consequenceWords(action: string): string {
  return CONSEQUENCES[action] ?? "It happens at once.";
}

/** Where one answers what does not stand in the list itself. */
export function answerPath(base: string, row: WaitingView): string | null {
  switch (row.action) {
    case "run.approve":
      return `${base}/settlement/${row.id}`;
    case "agreement.approve":
      return `${base}/agreements/${row.id}`;
    case "program_terms.confirm":
      return row.program && `${base}/programs/${row.program.slug}`;
    case "bank_account.use":
      return row.party && `${base}/organisations/${row.party.id}`;
    case "password.release":
    case "membership.grant":
    case "invitation.release":
      if (!row.party) return `${base}/organisations`;
      return row.party.kind === "operator" ? `${base}/team` : `${base}/organisations/${row.party.id}`;
    default:
      return null;
  }
}
