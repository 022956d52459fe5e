/** Everything that the worker does by itself, in one list: worker-jobs.db.test.ts tries each with an item that cannot be done. */
import { jobs as deviceJobs } from "@/server/devices/jobs";
import { jobs as identityJobs } from "@/server/identity/jobs";
import { jobs as ledgerJobs } from "@/server/ledger/jobs";
import { jobs as paymentJobs } from "@/server/payments/jobs";
import type { RepeatedJob } from "@/server/platform/jobs";
import { jobs as platformJobs } from "@/server/platform/upkeep";
import { jobs as reportJobs } from "@/server/reporting/exports/jobs";
import { jobs as proofJobs } from "@/server/reporting/proof/jobs";
import { jobs as settlementJobs } from "@/server/settlement/jobs";

export const WORKER_JOBS: readonly RepeatedJob[] = [
  ...platformJobs,
  ...identityJobs,
  ...ledgerJobs,
  ...deviceJobs,
  ...paymentJobs,
  ...settlementJobs,
  ...reportJobs,
  ...proofJobs,
];
