/** A database, a small world and a gateway process of its own for tests that kill things. */
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type Login, provisionLogin, urlFor } from "@/server/platform/login";
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
  /** The owner's, for the judge. */
  databaseUrl: string;
  /** What processes are given. */
  loginUrl: string;
  /** Starts the gateway against the database, or against a stand-in before it. */
  startGateway: (databaseUrl?: string) => Promise<void>;
  killGateway: () => Promise<void>;
  startWorker: () => void;
  killWorker: () => Promise<void>;
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
  const login = { name: "purse_login", password: randomBytes(18).toString("base64url") };
  const loginUrl = urlFor(login, databaseUrl);
  process.env.DATABASE_URL = loginUrl;
  process.env.NEXTAUTH_SECRET ??= "a-secret-for-tests-only";
  process.env.LOG_LEVEL ??= "silent";
  const { devices, wallets } = await populate(databaseUrl, login, options);

  const gatewayPort = await freePort();
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
  const environment = {
    ...process.env,
    PURSE_GATEWAY_URL: gatewayUrl,
    PURSE_GATEWAY_PORT: String(gatewayPort),
    LOG_LEVEL: process.env.FAULTS_LOG ?? "silent",
  };
  const spawnEntry = (entry: string, url: string) =>
    spawn(process.execPath, ["--import", "tsx", `server/entry/${entry}.ts`], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...environment, DATABASE_URL: url },
    });
  let gateway: ChildProcess | undefined;
  let worker: ChildProcess | undefined;

  async function startGateway(url = loginUrl): Promise<void> {
    const starting = spawnEntry("gateway", url);
    gateway = starting;
    for (let waited = 0; waited < 60_000; waited += 100) {
      const live = await fetch(`${gatewayUrl}/healthz`).catch(() => null);
      if (live?.ok) return;
      if (starting.exitCode !== null) throw new Error("the gateway ended while it was starting");
      await sleep(100);
    }
    throw new Error("the gateway does not answer");
  }

  return {
    devices,
    wallets,
    gatewayUrl,
    databaseUrl,
    loginUrl,
    startGateway,
    async killGateway() {
      await kill(gateway);
      gateway = undefined;
    },
    startWorker() {
      worker = spawnEntry("worker", loginUrl);
    },
    async killWorker() {
      await kill(worker);
      worker = undefined;
    },
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
      await Promise.all([kill(gateway), kill(worker)]);
      await postgres.destroy();
    },
  };
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

async function populate(databaseUrl: string, login: Login, options: { devices: number; wallets: number }) {
  // The environment has to stand before these are loaded.
  const { migrate } = await import("@/server/platform/migrate");
  const { addDevice, addWallet } = await import("@/server/payments/testing");
  const { bringIntoForce, createCity, termsFor } = await import("@/server/settlement/testing");
  const { addCredential } = await import("@/server/devices/service");
  const { closePool } = await import("@/server/platform/db");
  const { toPublicId } = await import("@/server/platform/ids");
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await migrate(client, join(root, "prisma/migrations"));
  await provisionLogin(client, login);
  await client.end();
  const city = await createCity();
  await bringIntoForce(city, termsFor(city));
  const devices: SandboxDevice[] = [];
  for (let i = 0; i < options.devices; i++) {
    const merchant = city.merchants[i % city.merchants.length];
    if (!merchant) throw new Error("the city has no merchant");
    const { deviceId } = await addDevice(city.programId, merchant.id);
    const pair = generateKeyPairSync("ed25519");
    const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    const { credentialId } = await addCredential(city.creator, { deviceId, publicKey });
    devices.push({
      uuid: deviceId,
      keyId: toPublicId("credential", credentialId),
      privateKey: pair.privateKey,
      sequence: 0,
    });
  }
  const wallets: string[] = [];
  for (let i = 0; i < options.wallets; i++) wallets.push((await addWallet(city, 500_000_000_000n)).token);
  await closePool();
  return { devices, wallets };
}
