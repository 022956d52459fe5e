"use client";

import { Toast as Base } from "@base-ui/react/toast";
import { CircleCheck, CircleX, Info, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import { TONE_TEXT, type Tone } from "@/components/ui/badge";
import { buttonClass } from "@/components/ui/button-class";
import { cn } from "@/components/ui/cn";

/** How long an action can be undone. */
export const UNDO_SECONDS = 6;

interface ToastRequest {
  title: string;
  description?: ReactNode;
  tone?: Tone;
  /** Given, the toast stays for six seconds with a button that calls it. */
  undo?: () => void;
  /** Called when the toast goes without undo: the moment to really do it. */
  onExpire?: () => void;
  seconds?: number;
}

interface ToastData {
  tone: Tone;
  undo?: () => void;
  seconds: number;
}

const manager = Base.createToastManager<ToastData>();

/** Shows a short message at the bottom right. Can be called from anywhere in the browser. Returns its id. */
export function showToast({
  title,
  description,
  tone = "neutral",
  undo,
  onExpire,
  seconds,
}: ToastRequest): string {
  const shown = seconds ?? (undo ? UNDO_SECONDS : tone === "loss" ? 10 : 5);
  let undone = false;
  return manager.add({
    title,
    description,
    timeout: shown * 1000,
    priority: tone === "loss" ? "high" : "low",
    onClose: () => {
      if (!undone) onExpire?.();
    },
    data: {
      tone,
      seconds: shown,
      undo: undo
        ? () => {
            undone = true;
            undo();
          }
        : undefined,
    },
  });
}

export function closeToast(id: string) {
  manager.close(id);
}

export function ToastRegion({ children }: { children: ReactNode }) {
  return (
    <Base.Provider toastManager={manager} limit={3}>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed inset-x-4 bottom-4 z-70 flex flex-col gap-2 sm:left-auto sm:w-96">
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

const ICONS = { neutral: Info, accent: Info, loss: CircleX, waiting: TriangleAlert, arrived: CircleCheck };

function ToastList() {
  const { toasts, close } = Base.useToastManager<ToastData>();
  return toasts.map((toast) => {
    const tone = toast.data?.tone ?? "neutral";
    const Icon = ICONS[tone];
    return (
      <Base.Root
        key={toast.id}
        toast={toast}
        data-toast=""
        swipeDirection={["right", "down"]}
        className="pop-motion relative overflow-hidden rounded-lg border border-line bg-raised shadow-pop"
      >
        <Base.Content className="flex items-start gap-2.5 py-2.5 pl-3 pr-2">
          <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", TONE_TEXT[tone])} />
          <div className="min-w-0 flex-1">
            <Base.Title className="text-sm font-medium" />
            <Base.Description className="text-sm text-muted" />
          </div>
          {toast.data?.undo ? (
            <button
              type="button"
              onClick={() => {
                toast.data?.undo?.();
                close(toast.id);
              }}
              className={buttonClass({ size: "sm" })}
            >
              Undo
            </button>
          ) : null}
          <Base.Close
            aria-label="Dismiss"
            className={buttonClass({ variant: "ghost", size: "sm", square: true })}
          >
            <X aria-hidden />
          </Base.Close>
        </Base.Content>
        {toast.data?.undo ? (
          <span
            aria-hidden
            className="absolute inset-x-0 bottom-0 h-0.5 origin-left bg-accent"
            style={{ animation: `toast-drain ${toast.data.seconds}s linear forwards` }}
          />
        ) : null}
      </Base.Root>
    );
  });
}
