import { CircleCheck, CircleDashed, CircleDot, CircleX } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export interface Step {
  id: string;
  label: string;
  /** When, by whom, how. */
  detail?: ReactNode;
  state: "done" | "current" | "waiting" | "failed";
}

const STATES = {
  done: { icon: CircleCheck, tone: "text-arrived", says: "done" },
  current: { icon: CircleDot, tone: "text-accent", says: "now" },
  waiting: { icon: CircleDashed, tone: "text-faint", says: "not yet" },
  failed: { icon: CircleX, tone: "text-loss", says: "failed" },
};

/** The stations of a payout or run, side by side: Calculated, Approved, Sent to bank, Paid. */
export function Stepper({ steps, className }: { steps: readonly Step[]; className?: string }) {
  return (
    <ol
      className={cn(
        "flex flex-col divide-y divide-line-soft overflow-hidden rounded-lg border border-line bg-panel md:flex-row md:divide-x md:divide-y-0",
        className,
      )}
    >
      {steps.map((step) => {
        const { icon: Icon, tone, says } = STATES[step.state];
        return (
          <li
            key={step.id}
            aria-current={step.state === "current" ? "step" : undefined}
            className="flex min-w-0 flex-1 items-start gap-2.5 px-4 py-3"
          >
            <Icon aria-hidden className={cn("mt-px size-[18px] shrink-0", tone)} />
            <div className="min-w-0">
              <p className={cn("text-sm font-medium", step.state === "waiting" && "text-muted")}>
                {step.label}
                <span className="sr-only">, {says}</span>
              </p>
              {step.detail ? <div className="text-sm text-muted">{step.detail}</div> : null}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
