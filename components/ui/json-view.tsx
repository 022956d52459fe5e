"use client";

import { Check, ChevronRight, Copy } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";

interface JsonViewProps {
  value: unknown;
  label?: string;
  /** Starts closed, with one line to open it. */
  collapsed?: boolean;
  className?: string;
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function colour(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let last = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > last) parts.push(text.slice(last, match.index));
    const tone = match[2]
      ? "text-ink"
      : match[1]
        ? "text-accent"
        : match[3]
          ? "text-series-3"
          : "text-waiting";
    parts.push(
      <span key={match.index} className={tone}>
        {match[1] ?? match[0]}
      </span>,
    );
    if (match[2]) parts.push(match[2]);
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts;
}

/** What the API answers for this thing. */
export function JsonView({ value, label = "Raw JSON", collapsed = false, className }: JsonViewProps) {
  const [open, setOpen] = useState(!collapsed);
  const [copied, setCopied] = useState(false);
  const text =
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? item.toString() : item), 2) ?? "";
  return (
    <div className={cn("overflow-hidden rounded-lg border border-line bg-bg", className)}>
      <div className="flex items-center justify-between py-1 pl-2 pr-1">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex h-7 items-center gap-1 rounded-sm px-1 text-xs font-medium text-muted hover:text-ink"
        >
          <ChevronRight aria-hidden className={cn("size-3.5 transition-transform", open && "rotate-90")} />
          {label}
        </button>
        <Button
          size="sm"
          variant="ghost"
          icon={copied ? <Check className="text-arrived" /> : <Copy />}
          onClick={() => {
            void navigator.clipboard?.writeText(text).then(() => {
              setCopied(true);
              setTimeout(() => setCopied(false), 1500);
            });
          }}
        >
          {copied ? "Copied" : "Copy"}
        </Button>
      </div>
      {open ? (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
          tabIndex={0}
          className="max-h-96 overflow-auto border-t border-line-soft px-3 py-2.5 font-mono text-xs leading-5 text-muted"
        >
          {colour(text)}
        </pre>
      ) : null}
    </div>
  );
}
