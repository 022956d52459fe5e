/** A database, a small world and a gateway process of its own for tests that kill things. */
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort, type RunningPostgres, startPostgres } from "../postgres";

export const root = join(import.meta.dirname, "../..");

export interface SandboxDevice {
  uuid: string;
  keyId: string;
  privateKey: KeyObject;
  /** Number of its newest message. */
  sequence: number;
}

export interface Sandbox {
  devices: SandboxDevice[];
  wallets: string[];
  gatewayUrl: string;
  databaseUrl: string;
  /** Starts the gateway against the database, or against a stand-in before it. */
  startGateway: (databaseUrl?: string) => Promise<void>;
  killGateway: () => Promise<void>;
  killPostgres: () => Promise<void>;
  startPostgres: () => Promise<void>;
  end: () => Promise<void>;
}

export async function openSandbox(options: { devices: number; wallets: number }): Promise<Sandbox> {
  const dataDir = join(root, ".purse", `faults-postgres-${process.pid}`);
  const port = await freePort();
  const settings = { shared_buffers: "128MB", max_wal_size: "1GB" };
  let postgres: RunningPostgres = await startPostgres({ dataDir, port, settings });
  const databaseUrl = postgres.url;
  process.env.DATABASE_URL = databaseUrl;
  process.env.NEXTAUTH_SECRET ??= "a-secret-for-tests-only";
  process.env.LOG_LEVEL ??= "silent";
  const { devices, wallets } = await populate(databaseUrl, options);

  const gatewayPort = await freePort();
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
  let gateway: ChildProcess | undefined;

  async function startGateway(url = databaseUrl): Promise<void> {
    gateway = spawn(process.execPath, ["--import", "tsx", "server/entry/gateway.ts"], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ...process.env,
        DATABASE_URL: url,
        PURSE_GATEWAY_URL: gatewayUrl,
        PURSE_GATEWAY_PORT: String(gatewayPort),
        LOG_LEVEL: process.env.FAULTS_LOG ?? "silent",
      },
    });
    for (let waited = 0; waited < 30_000; waited += 100) {
      const ready = await fetch(`${gatewayUrl}/healthz`).catch(() => null);
      if (ready?.ok) return;
      if (gateway.exitCode !== null) throw new Error("the gateway ended while it was starting");
      await sleep(100);
    }
    throw new Error("the gateway does not answer");
  }

  async function killGateway(): Promise<void> {
    const dying = gateway;
    gateway = undefined;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = new Promise((resolve) => dying.once("exit", resolve));
    dying.kill("SIGKILL");
    await gone;
  }

  return {
    devices,
    wallets,
    gatewayUrl,
    databaseUrl,
    startGateway,
    killGateway,
    async killPostgres() {
      const file = await readFile(join(postgres.place.dataDir, "postmaster.pid"), "utf8");
      process.kill(Number(file.split("\n")[0]), "SIGKILL");
      await postgres.exited;
    },
    async startPostgres() {
      for (let attempt = 1; ; attempt++) {
        try {
          postgres = await startPostgres({ dataDir, port, settings });
          return;
        } catch (error) {
          // The killed server's children may still hold its memory for a moment.
          if (attempt >= 20) throw error;
          await rm(join(postgres.place.dataDir, "postmaster.pid"), { force: true });
          await sleep(250);
        }
      }
    },
    async end() {
      await killGateway();
      await postgres.destroy();
    },
  };
}

async function populate(databaseUrl: string, options: { devices: number; wallets: number }) {
  // The environment has to stand before these are loaded.
  const { migrate } = await import("@/server/platform/migrate");
  const { addDevice, addWallet, createWorld } = await import("@/server/payments/testing");
  const { addCredential } = await import("@/server/devices/service");
  const { closePool } = await import("@/server/platform/db");
  const { toPublicId } = await import("@/server/platform/ids");
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await migrate(client, join(root, "prisma/migrations"));
  await client.end();
  const world = await createWorld();
  const devices: SandboxDevice[] = [];
  for (let i = 0; i < options.devices; i++) {
    const { deviceId } = i === 0 ? world : await addDevice(world.programId, world.merchantId);
    const pair = generateKeyPairSync("ed25519");
    const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    const { credentialId } = await addCredential(world.operator, { deviceId, publicKey });
    devices.push({
      uuid: deviceId,
      keyId: toPublicId("credential", credentialId),
      privateKey: pair.privateKey,
      sequence: 0,
    });
  }
  const wallets: string[] = [];
  for (let i = 0; i < options.wallets; i++) wallets.push((await addWallet(world, 500_000_000n)).token);
  await closePool();
  return { devices, wallets };
}
