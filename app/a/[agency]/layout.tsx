import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { AgencyShell } from "@/components/frame/agency-shell";
import { findPortal } from "@/server/trpc/portal";
import { agencyApi } from "@/server/trpc/prefetch";

interface LayoutProps {
  params: Promise<{ agency: string }>;
  children: ReactNode;
}

export async function generateMetadata({ params }: LayoutProps): Promise<Metadata> {
  const facts = await findPortal("agency", (await params).agency);
  const name = facts?.portal.name ?? "Common Purse";
  return { title: { default: name, template: `%s · ${name}` } };
}

export default async function AgencyLayout({ params, children }: LayoutProps) {
  const { agency } = await params;
  const facts = await findPortal("agency", agency);
  if (!facts) notFound();
  const { caller } = await agencyApi(agency);
  const attention = await caller.reporting.attention();
  return (
    <AgencyShell facts={facts} attention={attention}>
      {children}
    </AgencyShell>
  );
}
