import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { MerchantShell } from "@/components/frame/merchant-shell";
import { findPortal } from "@/server/trpc/portal";
import { merchantApi } from "@/server/trpc/prefetch";

interface LayoutProps {
  params: Promise<{ merchant: string }>;
  children: ReactNode;
}

export async function generateMetadata({ params }: LayoutProps): Promise<Metadata> {
  const facts = await findPortal("merchant", (await params).merchant);
  const name = facts?.portal.name ?? "Common Purse";
  return { title: { default: name, template: `%s · ${name}` } };
}

export default async function MerchantLayout({ params, children }: LayoutProps) {
  const { merchant } = await params;
  const facts = await findPortal("merchant", merchant);
  if (!facts) notFound();
  const { caller } = await merchantApi(merchant);
  const attention = await caller.reporting.attention();
  return (
    <MerchantShell facts={facts} attention={attention}>
      {children}
    </MerchantShell>
  );
}
