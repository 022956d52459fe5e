/** What the review queue works on, as the routers answer it. */
import type { inferRouterOutputs } from "@trpc/server";
import type { OperatorRouter } from "@/server/trpc/operator";

type Outputs = inferRouterOutputs<OperatorRouter>["cases"];

export type CaseItem = Outputs["list"]["items"][number];
export type CaseFile = Outputs["detail"];
export type Verdict = "approve" | "decline";

const OPEN = new Set(["open", "escalated"]);

export function isOpenCase(item: { state: string }): boolean {
  return OPEN.has(item.state);
}
