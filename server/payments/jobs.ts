/** The worker's loops for payments. Each may be cut off anywhere and run again. */

import { clearAll } from "@/server/platform/clear-old";
import { now } from "@/server/platform/clock";
import type { RepeatedJob } from "@/server/platform/jobs";
import { OLD_ANSWERS } from "./repository/keep-idempotency";
import { declineOverdueCases } from "./review";
import { expireHolds } from "./service/capture-payment";
import { closeDueWindows } from "./service/close-windows";
import { learnHabits } from "./service/learn-habits";
import { continueUndos } from "./service/undo-import";

export const jobs: readonly RepeatedJob[] = [
  { name: "payments.close-windows", everyMs: 1_000, run: async () => (await closeDueWindows(100)) === 100 },
  { name: "payments.expire-holds", everyMs: 5_000, run: async () => (await expireHolds(200)) === 200 },
  {
    name: "payments.decline-overdue-cases",
    everyMs: 5_000,
    run: async () => (await declineOverdueCases(100)) === 100,
  },
  { name: "payments.undo-imports", everyMs: 10_000, run: async () => await continueUndos() },
  { name: "payments.learn-habits", everyMs: 30_000, run: async () => await learnHabits() },
  {
    name: "payments.forget-answers",
    everyMs: 60_000,
    run: () => clearAll("payments.forget-answers", [{ ...OLD_ANSWERS, at: now() }]),
  },
];
