"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { Permission } from "@/server/identity/permissions";
import type { PortalFacts } from "@/server/trpc/portal";

type PortalInfo = PortalFacts["portal"];

interface PortalValue extends PortalInfo {
  /** For hiding what would be refused anyway; the server decides. */
  can: (permission: Permission) => boolean;
}

const PortalContext = createContext<PortalValue | null>(null);

/** Says which portal the pages below it belong to. */
export function PortalProvider({ portal, children }: { portal: PortalInfo; children: ReactNode }) {
  const value = useMemo(
    () => ({ ...portal, can: (permission: Permission) => portal.permissions.includes(permission) }),
    [portal],
  );
  return <PortalContext.Provider value={value}>{children}</PortalContext.Provider>;
}

export function usePortal(): PortalValue {
  const value = useContext(PortalContext);
  if (!value) throw new Error("usePortal is used outside a portal");
  return value;
}
