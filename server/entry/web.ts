/** The web application behind its door: a process of its own, started by server/entry/web.mjs. */
import { createServer } from "node:http";
import next from "next";
import { env } from "@/server/platform/env";
import { loggerFor } from "@/server/platform/logger";
import { openDoor } from "./web/door";

const GRACE_MS = 3_000;

export async function startWeb(options: {
  dir: string;
  port: number;
  host: string;
  dev: boolean;
}): Promise<void> {
  const log = loggerFor("web");
  const { dir, port, host: hostname, dev } = options;
  const server = openDoor((request, response) => handle(request, response));
  // Reloading pages is the only thing that asks for another protocol; what Next would hang on to a server of its own
  // in production hangs on one that never listens.
  const app = next({ dir, dev, hostname, port, httpServer: dev ? server : createServer() });
  await app.prepare();
  const handle = app.getRequestHandler();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  log.info({ address: server.address(), publicUrl: env.PURSE_WEB_URL }, "web listens");

  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "web stops");
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => {
      server.closeAllConnections();
      process.exit(0);
    }, GRACE_MS).unref();
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
}
