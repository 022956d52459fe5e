"use client";

import { CircleX, Clock, Inbox, Lock, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { CopyableId } from "@/components/ui/copyable-id";

interface FrameProps {
  icon: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
  alert?: boolean;
}

function StateFrame({ icon, title, children, actions, className, alert }: FrameProps) {
  return (
    <div
      role={alert ? "alert" : undefined}
      className={cn("flex flex-col items-center justify-center px-6 py-12 text-center", className)}
    >
      <span className="mb-3 flex size-10 items-center justify-center rounded-lg border border-line bg-bg text-muted [&_svg]:size-5">
        {icon}
      </span>
      <p className="text-base font-semibold">{title}</p>
      {children ? <div className="mt-1 max-w-md text-pretty text-sm text-muted">{children}</div> : null}
      {actions ? <div className="mt-4 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}

interface StateProps {
  title?: ReactNode;
  children?: ReactNode;
  className?: string;
}

/** Nothing has ever been here: why, and the one action that changes it. */
export function FirstUse({
  title,
  children,
  action,
  icon,
  className,
}: StateProps & { action?: ReactNode; icon?: ReactNode }) {
  return (
    <StateFrame icon={icon ?? <Inbox aria-hidden />} title={title} actions={action} className={className}>
      {children}
    </StateFrame>
  );
}

/** There are things, but none that match. */
export function NothingFound({
  title = "Nothing matches these filters",
  children,
  onClear,
  className,
}: StateProps & { onClear?: () => void }) {
  return (
    <StateFrame
      icon={<SearchX aria-hidden />}
      title={title}
      className={className}
      actions={onClear ? <Button onClick={onClear}>Clear filters</Button> : undefined}
    >
      {children}
    </StateFrame>
  );
}

/** The person may not see this; says which permission is missing and who can give it. */
export function NotAllowed({ title = "You cannot see this", children, className }: StateProps) {
  return (
    <StateFrame icon={<Lock aria-hidden />} title={title} className={className}>
      {children ??
        "Your role in this organisation does not include it. An administrator of your team can change that."}
    </StateFrame>
  );
}

interface ErrorStateProps extends StateProps {
  /** Code of the error, such as `payout_not_found`. */
  code?: string;
  requestId?: string;
  onRetry?: () => void;
  retrying?: boolean;
}

/** Something failed: what, the request id to quote, and a way to try again. */
export function ErrorState({
  title = "This could not be loaded",
  children,
  code,
  requestId,
  onRetry,
  retrying,
  className,
}: ErrorStateProps) {
  return (
    <StateFrame
      alert
      icon={<CircleX aria-hidden className="text-loss" />}
      title={title}
      className={className}
      actions={
        onRetry ? (
          <Button onClick={onRetry} loading={retrying}>
            Try again
          </Button>
        ) : undefined
      }
    >
      {children ?? "Nothing was changed. Try again; if it stays, send the request id to your operator."}
      {code || requestId ? (
        <span className="mt-2 flex flex-wrap items-center justify-center gap-x-3 gap-y-1 text-xs">
          {code ? <span className="font-mono">{code}</span> : null}
          {requestId ? <CopyableId id={requestId} label="Request" /> : null}
        </span>
      ) : null}
    </StateFrame>
  );
}

/** What is shown is older than it should be. A line above the content, which stays. */
export function StaleNotice({
  since,
  onRetry,
  className,
}: {
  since: ReactNode;
  onRetry?: () => void;
  className?: string;
}) {
  return (
    <div
      role="status"
      className={cn(
        "flex flex-wrap items-center gap-2 rounded-md bg-waiting-soft px-3 py-1.5 text-sm text-waiting",
        className,
      )}
    >
      <Clock aria-hidden className="size-4" />
      <span className="flex-1">Not updated since {since}. The figures below may have changed.</span>
      {onRetry ? (
        <button type="button" onClick={onRetry} className="font-medium underline underline-offset-2">
          Update now
        </button>
      ) : null}
    </div>
  );
}
