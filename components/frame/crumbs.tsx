"use client";

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { Breadcrumb, type Crumb } from "@/components/ui/breadcrumb";

interface CrumbsValue {
  trail: readonly Crumb[];
  setTrail: (trail: readonly Crumb[]) => void;
}

const CrumbsContext = createContext<CrumbsValue>({ trail: [], setTrail: () => {} });

export function CrumbsProvider({ children }: { children: ReactNode }) {
  const [trail, setTrail] = useState<readonly Crumb[]>([]);
  const value = useMemo(() => ({ trail, setTrail }), [trail]);
  return <CrumbsContext.Provider value={value}>{children}</CrumbsContext.Provider>;
}

/** Put into a page below a page of the navigation: adds what comes after it, such as `[{ label: "12 November" }]`. */
export function Crumbs({ items }: { items: readonly { label: string; href?: string }[] }) {
  const { setTrail } = useContext(CrumbsContext);
  const key = JSON.stringify(items);
  useEffect(() => {
    setTrail(JSON.parse(key) as Crumb[]);
    return () => setTrail([]);
  }, [key, setTrail]);
  return null;
}

export function FrameBreadcrumb({ base }: { base: readonly Crumb[] }) {
  const { trail } = useContext(CrumbsContext);
  return <Breadcrumb items={[...base, ...trail]} className="min-w-0 flex-1" />;
}
