"use client";

import { Building2, UserRound } from "lucide-react";
import Link from "next/link";
import { signOutHere } from "@/components/auth/session-requests";
import { Logo } from "@/components/frame/logo";
import { AccountMenu, ThemeSwitch } from "@/components/frame/top-bar-controls";

interface Props {
  name: string;
  email: string;
  /** Where the logo leads: the person's portal, or the choice of one. */
  home: string;
}

/** The bar over pages that belong to a person and not to a portal. */
export function PersonBar({ name, email, home }: Props) {
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-panel">
      <div className="page-gutter flex h-topbar items-center gap-2">
        <Link href={home} className="flex items-center gap-2.5 rounded-md">
          <Logo />
          <span className="text-base font-semibold">Common Purse</span>
        </Link>
        <span className="flex-1" />
        <ThemeSwitch />
        <AccountMenu
          user={{ name, email }}
          entries={[
            { label: "Organisations", icon: <Building2 />, href: "/organisations" },
            { label: "Account and sessions", icon: <UserRound />, href: "/account" },
          ]}
          onSignOut={() => void signOutHere()}
        />
      </div>
    </header>
  );
}
