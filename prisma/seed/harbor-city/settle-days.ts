/** Closing a day, approving it by a second person, sending and paying its payouts, each at its own hour. */
import { tz } from "@date-fns/tz";
import { format } from "date-fns";
import { withClock } from "@/server/platform/clock";
import type { Id } from "@/server/platform/ids";
import { allocatePending } from "@/server/settlement/service/allocate-pending";
import { confirmProposal } from "@/server/settlement/service/answer-proposal";
import { approveRun } from "@/server/settlement/service/approve-run";
import { closePeriod } from "@/server/settlement/service/close-period";
import { enterBankAccount, listBankAccounts } from "@/server/settlement/service/manage-bank-account";
import { markPayoutsPaid, submitPayouts } from "@/server/settlement/service/move-payouts";
import { BANKS, HARBOR_CITY, ORGANISATIONS, type ProgramSeed, SEATTLE } from "./cast";
import { type City, operatorScope, partyScope } from "./found-city";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Appointment {
  at: Date;
  deed: "approve" | "submit" | "pay";
  runId: Id<"settlementRun">;
}

/** The city's book-keeping: what will be done at which hour, kept between the hours of the history. */
export class BookKeeping {
  private readonly appointments: Appointment[] = [];

  constructor(
    private readonly city: City,
    /** The end of the history: the last run is left for the operator to approve. */
    private readonly until: Date,
  ) {}

  /** Does what is due by `end`, the end of an hour; true when the hour ended the program's day. */
  async workUntil(end: Date): Promise<boolean> {
    const due = this.appointments.filter(({ at }) => at <= end).sort((a, b) => +a.at - +b.at);
    for (const appointment of due) {
      this.appointments.splice(this.appointments.indexOf(appointment), 1);
      await withClock(appointment.at, () => this.keep(appointment));
    }
    if (format(end, "HH:mm", { in: tz(HARBOR_CITY.timeZone) }) !== HARBOR_CITY.calendar.cutOff) return false;
    await withClock(end, () => this.allocate());
    const closesAt = new Date(+end + 4 * MINUTE);
    if (closesAt > this.until) return true;
    const olivia = operatorScope(this.city, "olivia@harborcity.example");
    const closed = await withClock(closesAt, () => closePeriod(olivia, this.city.harborCity));
    if (!closed.ok) throw new Error(`The demo's day does not close: ${closed.message}`);
    const { runId } = closed;
    const isLast = +end + 24 * HOUR > +this.until;
    if (isLast) return true;
    this.appointments.push(
      { at: new Date(+end + 31 * MINUTE), deed: "approve", runId },
      { at: new Date(+end + 9 * HOUR), deed: "submit", runId },
      { at: new Date(+end + 13 * HOUR + 26 * MINUTE), deed: "pay", runId },
    );
    return true;
  }

  /** The worker splits within seconds; the history does a day at once, and marks each as the worker would have. */
  private async allocate(): Promise<void> {
    await allocatePending(this.city.harborCity, Number.POSITIVE_INFINITY, { promptSeconds: 2 });
  }

  private async keep({ deed, runId }: Appointment): Promise<void> {
    const ravi = operatorScope(this.city, "ravi@harborcity.example");
    // Refunds and late captures of the hours in between are allocated before money leaves.
    if (deed === "submit") await this.allocate();
    const done =
      deed === "approve"
        ? await approveRun(ravi, runId, 0)
        : deed === "submit"
          ? await submitPayouts(ravi, { runId })
          : await markPayoutsPaid(ravi, { runId });
    if (!done.ok) throw new Error(`The demo's run cannot ${deed}: ${done.reason}`);
  }
}

/** Every party's admin enters an account at one of the city's banks, and somebody of the operator confirms it. */
export async function openBankAccounts(city: City): Promise<void> {
  const ravi = operatorScope(city, "ravi@harborcity.example");
  const open = async (program: ProgramSeed) => {
    for (const [index, slug] of program.parties.entries()) {
      const number = norwegianNumber(8_601_111_700 + index * 97 + program.parties.length);
      const scope = partyScope(city, slug);
      const account = await enterBankAccount(scope, {
        organisationId: scope.organisationId,
        currency: program.currency,
        holder: ORGANISATIONS.find((each) => each.slug === slug)?.name ?? slug,
        iban: ibanOf("NO", number),
        bankName: BANKS[index % BANKS.length] ?? BANKS[0],
      });
      if (!account.ok) throw new Error(`The demo's bank account is refused: ${account.reason}`);
      const waiting = (await listBankAccounts(ravi, scope.organisationId, false)).find(
        (each) => each.waiting,
      );
      const confirmed = await confirmProposal(ravi, account.confirmationId, waiting?.waiting?.sha256 ?? "");
      if (!confirmed.ok) throw new Error(`The demo's bank account is not confirmed: ${confirmed.reason}`);
    }
  };
  await open(HARBOR_CITY);
  await open(SEATTLE);
}

const WEIGHTS = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/** The first account number from these ten digits on that has a check digit (modulus 11), with it. */
function norwegianNumber(from: number): string {
  const digits = String(from).padStart(WEIGHTS.length, "0");
  const sum = WEIGHTS.reduce((all, weight, at) => all + weight * Number(digits[at]), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? norwegianNumber(from + 1) : `${digits}${check}`;
}

/** Puts the two check digits of ISO 13616 before a national account number. */
function ibanOf(country: string, number: string): string {
  const digits = `${number}${[...country].map((letter) => letter.charCodeAt(0) - 55).join("")}00`;
  const check = 98n - (BigInt(digits) % 97n);
  return `${country}${check.toString().padStart(2, "0")}${number}`;
}
