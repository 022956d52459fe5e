"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { cn } from "@/components/ui/cn";
import { shortenId } from "@/components/ui/shorten-id";

interface CopyableIdProps {
  id: string;
  /** Before it: "Request". */
  label?: string;
  /** Shows it whole. */
  full?: boolean;
  className?: string;
}

/** An id in mono, shortened in the middle; a click copies it whole. */
export function CopyableId({ id, label, full, className }: CopyableIdProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      title={id}
      aria-label={copied ? "Copied" : `Copy ${label ? `${label.toLowerCase()} ` : ""}${id}`}
      onClick={(event) => {
        event.stopPropagation();
        void navigator.clipboard?.writeText(id).then(() => setCopied(true));
      }}
      className={cn(
        "group inline-flex max-w-full items-center gap-1.5 rounded-sm font-mono text-xs text-muted hover:text-ink",
        className,
      )}
    >
      {label ? <span className="font-sans">{label}</span> : null}
      <span className={cn(full ? "break-all text-left" : "truncate")}>{full ? id : shortenId(id)}</span>
      {copied ? (
        <Check aria-hidden className="size-3 shrink-0 text-arrived" />
      ) : (
        <Copy
          aria-hidden
          className="size-3 shrink-0 opacity-50 in-[td]:max-sm:hidden group-hover:opacity-100"
        />
      )}
    </button>
  );
}
