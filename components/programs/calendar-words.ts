/** A settlement calendar as a sentence. */

interface Calendar {
  every: "day" | "week" | "month";
  day?: number | undefined;
  cutOff: string;
  payoutDelayBusinessDays: number;
}

export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** "Every day at 22:00", "Every Monday at 00:00", "On day 1 of each month at 00:00", "On the last day of each month …" */
export function periodWords({ every, day = 1, cutOff }: Calendar): string {
  if (every === "day") return `Every day at ${cutOff}`;
  if (every === "week") return `Every ${WEEKDAYS[day - 1] ?? "Monday"} at ${cutOff}`;
  if (day >= 29) return `On the last day of each month at ${cutOff}`;
  return `On day ${day} of each month at ${cutOff}`;
}

/** "1 working day later" */
export function delayWords({ payoutDelayBusinessDays: days }: Calendar): string {
  if (days === 0) return "on the next working day";
  return `${days} working ${days === 1 ? "day" : "days"} later`;
}

/** "Friday, 5 June 2026, 22:00" in the program's zone. */
export function momentWords(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  })
    .format(new Date(at))
    .replace(" at ", ", ");
}
