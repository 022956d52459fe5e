/** What demonstration deployments show on top; empty in all others. */
import { DEMO_PASSWORD, PEOPLE } from "@/prisma/seed/harbor-city/cast";
import { env } from "@/server/platform/env";

export interface DemoSignIn {
  name: string;
  email: string;
  password: string;
  shownAs: string;
}

export function isDemo(): boolean {
  return env.PURSE_DEMO === "1";
}

export function listDemoSignIns(): DemoSignIn[] {
  if (!isDemo()) return [];
  return PEOPLE.flatMap(({ name, email, shownAs }) =>
    shownAs ? [{ name, email, password: DEMO_PASSWORD, shownAs }] : [],
  );
}
