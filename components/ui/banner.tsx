import { CircleCheck, FlaskConical, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Tone } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";

interface BannerProps {
  tone?: Tone;
  icon?: ReactNode;
  title?: ReactNode;
  actions?: ReactNode;
  className?: string;
  children?: ReactNode;
}

const TONES: Record<Tone, string> = {
  neutral: "border-line bg-panel text-ink",
  accent: "border-accent-line bg-accent-soft text-accent",
  loss: "border-loss/30 bg-loss-soft text-loss",
  waiting: "border-waiting/30 bg-waiting-soft text-waiting",
  arrived: "border-arrived/30 bg-arrived-soft text-arrived",
};

const ICONS = {
  neutral: Info,
  accent: Info,
  loss: TriangleAlert,
  waiting: TriangleAlert,
  arrived: CircleCheck,
};

/** Something about the whole page that must not be missed. */
export function Banner({ tone = "neutral", icon, title, actions, className, children }: BannerProps) {
  const Icon = ICONS[tone];
  return (
    <div
      role={tone === "loss" ? "alert" : "status"}
      className={cn(
        "flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border px-3.5 py-2.5 text-sm",
        TONES[tone],
        className,
      )}
    >
      <span className="flex h-5 items-center [&_svg]:size-4">{icon ?? <Icon aria-hidden />}</span>
      <div className="min-w-0 flex-1 basis-60">
        {title ? <p className="font-medium">{title}</p> : null}
        {children ? <div>{children}</div> : null}
      </div>
      {actions ? <div className="flex items-center gap-2">{actions}</div> : null}
    </div>
  );
}

/** The strip over everything that says the figures are invented. */
export function DemoStrip({ children }: { children?: ReactNode }) {
  return (
    <div className="flex h-[26px] items-center justify-center gap-2 border-b border-waiting/25 bg-waiting-soft px-4 text-center text-xs text-waiting">
      <FlaskConical aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">
        {children ?? (
          <>
            Demo data
            <span className="max-sm:hidden">. The organisations, payments and amounts are made up</span>; no
            money moves.
          </>
        )}
      </span>
    </div>
  );
}
