import type { RepeatedJob } from "@/server/platform/jobs";
import { hashNewReports } from "./service";

export const jobs: readonly RepeatedJob[] = [
  { name: "reporting.hash-reports", everyMs: 5_000, run: async () => (await hashNewReports()) > 0 },
];
