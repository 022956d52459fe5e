"use client";

import { Field as Base } from "@base-ui/react/field";
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface FieldProps {
  label: ReactNode;
  /** What to enter and why, under the control. */
  hint?: ReactNode;
  /** What is wrong and how to put it right; replaces the hint. */
  error?: ReactNode;
  /** Marks fields that may be left empty; required is the rule. */
  optional?: boolean;
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean;
  name?: string;
  disabled?: boolean;
  className?: string;
  /** One `Input`, `Textarea`, `Select`, `Combobox`, `Checkbox` or `Switch`. */
  children: ReactNode;
}

/** A control with its label, hint and error, tied together for screen readers. */
export function Field({
  label,
  hint,
  error,
  optional,
  hideLabel,
  name,
  disabled,
  className,
  children,
}: FieldProps) {
  return (
    <Base.Root
      name={name}
      disabled={disabled}
      invalid={Boolean(error)}
      className={cn("grid grid-cols-1 content-start gap-1.5", className)}
    >
      <Base.Label className={cn("text-sm font-medium text-ink", hideLabel && "sr-only")}>
        {label}
        {optional ? <span className="ml-1.5 font-normal text-muted">optional</span> : null}
      </Base.Label>
      {children}
      {error ? (
        <Base.Error match className="flex items-start gap-1.5 text-xs text-loss">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          <span>{error}</span>
        </Base.Error>
      ) : hint ? (
        <Base.Description className="text-xs text-muted">{hint}</Base.Description>
      ) : null}
    </Base.Root>
  );
}
