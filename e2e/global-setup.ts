import { startTestStack } from "@/scripts/test-stack";

/** Starts the stack once for the run, unless PURSE_E2E_URL names one that already runs. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.PURSE_E2E_URL) return undefined;
  const stack = await startTestStack();
  process.env.PURSE_E2E_URL = stack.webUrl;
  process.env.PURSE_E2E_GATEWAY_URL = stack.gatewayUrl;
  process.env.PURSE_E2E_DATABASE_URL = stack.databaseUrl;
  process.env.PURSE_E2E_DATA_DIR = stack.env.PURSE_DATA_DIR;
  return stack.stop;
}
