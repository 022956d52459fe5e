/** The device gateway: a process of its own, so that neither the portals nor the worker can slow a payment down. */
import { buildGateway } from "@/server/gateway/gateway";
import { refuseUnsafeLogin, refuseWeakSecret } from "@/server/platform/boot";
import { closePool } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import { startHeartbeat } from "@/server/platform/heartbeat";
import { loggerFor } from "@/server/platform/logger";

const log = loggerFor("gateway");
refuseWeakSecret();
await refuseUnsafeLogin();
const { app, load } = buildGateway({ publicUrl: env.PURSE_GATEWAY_URL });

try {
  await app.listen({ host: env.PURSE_GATEWAY_HOST, port: env.PURSE_GATEWAY_PORT });
} catch (error) {
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  const where = `${env.PURSE_GATEWAY_HOST}:${env.PURSE_GATEWAY_PORT}`;
  log.fatal(
    { err: error },
    taken ? `${where} is in use; set PURSE_GATEWAY_PORT to a free port` : `cannot listen on ${where}`,
  );
  process.exit(1);
}
const stopHeartbeat = startHeartbeat("gateway", () => ({ url: env.PURSE_GATEWAY_URL, ...load() }));
log.info({ address: app.server.address(), publicUrl: env.PURSE_GATEWAY_URL }, "gateway listens");

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "gateway stops");
  stopHeartbeat();
  await app.close();
  await closePool();
  process.exit(0);
}
process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
