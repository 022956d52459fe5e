"use client";

import { Field } from "@base-ui/react/field";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export const controlClass =
  "w-full rounded-md border border-control/60 bg-panel text-sm text-ink outline-none transition-colors hover:border-control focus-visible:border-accent focus-visible:outline-2 focus-visible:-outline-offset-1 focus-visible:outline-accent disabled:cursor-not-allowed disabled:opacity-55 data-invalid:border-loss aria-invalid:border-loss";

export interface InputProps
  extends Omit<ComponentProps<"input">, "prefix" | "size" | "defaultValue" | "value"> {
  value?: string;
  defaultValue?: string;
  /** Shown inside, before what is typed: an icon or a unit. */
  prefix?: ReactNode;
  /** Shown inside, at the end: a unit, a key, a button. */
  suffix?: ReactNode;
  size?: "sm" | "md" | "lg";
  /** Monospaced, for ids and secrets. */
  mono?: boolean;
}

const HEIGHTS = { sm: "h-7 text-xs", md: "h-8", lg: "h-10 text-base" };

export function Input({ prefix, suffix, size = "md", mono, className, ...rest }: InputProps) {
  const control = (
    <Field.Control
      {...rest}
      className={cn(
        controlClass,
        HEIGHTS[size],
        prefix ? "pl-8" : "pl-2.5",
        suffix ? "pr-10" : "pr-2.5",
        mono && "font-mono text-xs",
        !prefix && !suffix && className,
      )}
    />
  );
  if (!prefix && !suffix) return control;
  return (
    <span className={cn("relative block w-full", className)}>
      {prefix ? (
        <span className="pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-muted [&_svg]:size-4">
          {prefix}
        </span>
      ) : null}
      {control}
      {suffix ? (
        <span className="absolute inset-y-0 right-2 flex items-center text-xs text-muted [&_svg]:size-4">
          {suffix}
        </span>
      ) : null}
    </span>
  );
}

export interface TextareaProps extends ComponentProps<"textarea"> {
  mono?: boolean;
}

export function Textarea({ mono, className, rows = 4, ...rest }: TextareaProps) {
  return (
    <Field.Control
      render={<textarea rows={rows} {...rest} />}
      className={cn(controlClass, "min-h-16 px-2.5 py-1.5", mono && "font-mono text-xs leading-5", className)}
    />
  );
}
