"use client";

import { Settings } from "lucide-react";
import { useCallback } from "react";
import { signOutHere } from "@/components/auth/session-requests";
import type { MenuEntry } from "@/components/ui/menu";

/** What the account menu of every portal holds above signing out. */
export const accountEntries: readonly MenuEntry[] = [
  { label: "Account settings", href: "/account", icon: <Settings /> },
];

/** Ends the session and goes to the sign-in page. */
export function useSignOut(): () => void {
  return useCallback(() => {
    void signOutHere();
  }, []);
}
