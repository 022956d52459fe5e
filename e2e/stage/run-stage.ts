/** Runs a script of this folder against the running stack's database, and gives what it printed. */
import { join } from "node:path";
import { runOnce } from "@/scripts/start/run-once";
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

export async function foundProgram(): Promise<FoundedProgram> {
  const printed = await runOnce(root, "e2e/stage/found-program.ts", {
    DATABASE_URL: stack.databaseUrl,
    NEXTAUTH_SECRET: "not-used-by-a-script",
    LOG_LEVEL: "silent",
  });
  return JSON.parse(printed) as FoundedProgram;
}
