"use client";

import { CircleAlert } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";

interface FormErrorProps {
  /** Stable word of the refusal, for support and search. */
  code: string;
  requestId?: string | undefined;
  /** Changes with each attempt, so that the same refusal is announced again. */
  attempt: number;
  children: ReactNode;
}

/** What went wrong with a whole form. It takes the focus, so that nobody wonders why nothing happened. */
export function FormError({ code, requestId, attempt, children }: FormErrorProps) {
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt announces itself.
  useEffect(() => box.current?.focus(), [attempt]);
  return (
    <div
      ref={box}
      role="alert"
      tabIndex={-1}
      className="flex items-start gap-2.5 rounded-md border border-loss/30 bg-loss-soft px-3 py-2.5 text-sm text-loss"
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <div>{children}</div>
        <p className="mt-0.5 break-all font-mono text-2xs opacity-85">
          {code}
          {requestId ? ` · ${requestId}` : null}
        </p>
      </div>
    </div>
  );
}
