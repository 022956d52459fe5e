"use client";

import { Settings } from "lucide-react";
import { useCallback } from "react";
import type { MenuEntry } from "@/components/ui/menu";

/** What the account menu of every portal holds above signing out. */
export const accountEntries: readonly MenuEntry[] = [
  { label: "Account settings", href: "/account", icon: <Settings /> },
];

/** Ends the session and goes to the sign-in page. */
export function useSignOut(): () => void {
  return useCallback(() => {
    void leave();
  }, []);
}

async function leave(): Promise<void> {
  const answer = await fetch("/api/auth/csrf");
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  await fetch("/api/auth/signout", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ csrfToken, callbackUrl: "/sign-in", json: "true" }),
  });
  window.location.assign("/sign-in");
}
