/** The worker: everything that happens without a request. Safe to kill at any moment and to run more than once. */
import { refuseUnsafeLogin, refuseWeakSecret } from "@/server/platform/boot";
import { closePool } from "@/server/platform/db";
import { startHeartbeat } from "@/server/platform/heartbeat";
import { runRepeatedly } from "@/server/platform/jobs";
import { loggerFor } from "@/server/platform/logger";

import { WORKER_JOBS } from "./worker-jobs";

const log = loggerFor("worker");
refuseWeakSecret();
await refuseUnsafeLogin();
const loops = runRepeatedly(WORKER_JOBS);
const stopHeartbeat = startHeartbeat("worker", () => ({ jobs: loops.state() }));
log.info({ jobs: WORKER_JOBS.map((job) => job.name) }, "worker started");

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
