import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { OperatorShell } from "@/components/frame/operator-shell";
import { findPortal } from "@/server/trpc/portal";
import { consoleApi } from "@/server/trpc/prefetch";

export async function generateMetadata(): Promise<Metadata> {
  const facts = await findPortal("operator");
  const name = facts?.portal.name ?? "Common Purse";
  return { title: { default: name, template: `%s · ${name}` } };
}

export default async function OperatorLayout({ children }: { children: ReactNode }) {
  const facts = await findPortal("operator");
  if (!facts) notFound();
  const { caller } = await consoleApi();
  const attention = await caller.reporting.attention();
  return (
    <OperatorShell facts={facts} attention={attention}>
      {children}
    </OperatorShell>
  );
}
