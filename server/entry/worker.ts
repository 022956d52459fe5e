/** The worker: everything that happens without a request. Safe to kill at any moment and to run more than once. */
import { jobs as deviceJobs } from "@/server/devices/jobs";
import { jobs as identityJobs } from "@/server/identity/jobs";
import { jobs as ledgerJobs } from "@/server/ledger/jobs";
import { jobs as paymentJobs } from "@/server/payments/jobs";
import { refuseUnsafeLogin, refuseWeakSecret } from "@/server/platform/boot";
import { closePool } from "@/server/platform/db";
import { startHeartbeat } from "@/server/platform/heartbeat";
import { type RepeatedJob, runRepeatedly } from "@/server/platform/jobs";
import { loggerFor } from "@/server/platform/logger";
import { jobs as platformJobs } from "@/server/platform/upkeep";
import { jobs as reportJobs } from "@/server/reporting/exports/jobs";
import { jobs as proofJobs } from "@/server/reporting/proof/jobs";
import { jobs as settlementJobs } from "@/server/settlement/jobs";

const JOBS: readonly RepeatedJob[] = [
  ...platformJobs,
  ...identityJobs,
  ...ledgerJobs,
  ...deviceJobs,
  ...paymentJobs,
  ...settlementJobs,
  ...reportJobs,
  ...proofJobs,
];

const log = loggerFor("worker");
refuseWeakSecret();
await refuseUnsafeLogin();
const loops = runRepeatedly(JOBS);
const stopHeartbeat = startHeartbeat("worker", () => ({ jobs: loops.state() }));
log.info({ jobs: JOBS.map((job) => job.name) }, "worker started");

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "worker stops");
  stopHeartbeat();
  await loops.stop();
  await closePool();
  process.exit(0);
}
process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
