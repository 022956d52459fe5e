/** Runs a script of this folder against the running stack's database, and gives what it printed. */
import { join } from "node:path";
import { runOnce } from "@/scripts/start/run-once";
import type { Cast } from "../page-families";
import { stack } from "../stack";

const root = join(import.meta.dirname, "../..");

export interface FoundedProgram {
  slug: string;
  name: string;
  programId: string;
  amounts: string[];
  /** Of the period that they were taken in. */
  periodEnd: string;
  paymentIds: string[];
  device: { keyId: string; privateKeyPem: string; currency: string };
}

async function run<Printed>(script: string, databaseUrl: string): Promise<Printed> {
  const printed = await runOnce(root, `e2e/stage/${script}`, {
    DATABASE_URL: databaseUrl,
    NEXTAUTH_SECRET: "not-used-by-a-script",
    LOG_LEVEL: "silent",
  });
  return JSON.parse(printed) as Printed;
}

export async function foundProgram(): Promise<FoundedProgram> {
  return await run("found-program.ts", stack.databaseUrl);
}

/** Parties with very long names and amounts of seven digits, and two that nothing has happened to. */
export interface HardCast extends Cast {
  empty: Cast;
}

export async function foundHard(databaseUrl = stack.databaseUrl): Promise<HardCast> {
  return await run("found-hard.ts", databaseUrl);
}
