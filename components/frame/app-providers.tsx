"use client";

import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { ToastRegion } from "@/components/ui/toast";
import { TooltipGroup } from "@/components/ui/tooltip";

/** What every page needs whatever its portal: theme, URL state, tooltips and toasts. */
export function AppProviders({ nonce, children }: { nonce?: string | undefined; children: ReactNode }) {
  return (
    <ThemeProvider
      attribute="class"
      defaultTheme="system"
      enableSystem
      disableTransitionOnChange
      {...(nonce && { nonce })}
    >
      <NuqsAdapter>
        <TooltipGroup>
          <ToastRegion>{children}</ToastRegion>
        </TooltipGroup>
      </NuqsAdapter>
    </ThemeProvider>
  );
}
