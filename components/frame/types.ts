import type { ReactNode } from "react";

export interface NavItem {
  href: string;
  label: string;
  /** A lucide element: `<Wallet />`. */
  icon: ReactNode;
  count?: number | null;
  /** Makes the count stand out: work that waits. */
  countTone?: "accent" | "neutral";
  /** Active on this path only, not below it: for overviews. */
  exact?: boolean;
  /** Pages below it, which only the palette lists. */
  pages?: readonly { href: string; label: string }[];
}

export interface NavGroup {
  label?: string;
  items: readonly NavItem[];
}

export interface FrameOrganisation {
  id: string;
  name: string;
  /** "Merchant", "Agency", "Operator console". */
  portal: string;
  href: string;
}

export interface FrameUser {
  name: string;
  email: string;
  /** "Finance", "Auditor". */
  role?: string;
}

/** One thing found by the palette. */
export interface PaletteHit {
  id: string;
  label: string;
  hint?: string;
  href: string;
  /** Heading it stands under: "Payments", "Devices", "Cases". */
  group?: string;
  icon?: ReactNode;
}

export type PaletteSearch = (query: string, signal: AbortSignal) => Promise<readonly PaletteHit[]>;

export interface PaletteAction {
  id: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
  run: () => void;
}
