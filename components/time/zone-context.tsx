"use client";

import { createContext, type ReactNode, useContext, useMemo, useState } from "react";

interface ZoneValue {
  /** IANA name of the program's zone. */
  zone: string;
  /** What people call it: "Harbor City". */
  place?: string;
  /** Whether each time says its offset, because rows of several zones stand in one list. */
  named?: boolean;
  /** Server's time minus the browser's, in milliseconds, so that countdowns agree with the server. */
  skew: number;
  /** The server's time at rendering: what the first paint counts from. */
  renderedAt: number | null;
}

const ZoneContext = createContext<ZoneValue>({ zone: "UTC", skew: 0, renderedAt: null });

interface ZoneProviderProps {
  zone: string;
  place?: string;
  named?: boolean;
  /** The server's business time when the page was rendered, ISO. */
  serverNow?: string;
  children: ReactNode;
}

/** Says in which zone the times below it are shown. `PortalFrame` sets it; a page about one program may set it again. */
export function ZoneProvider({ zone, place, named, serverNow, children }: ZoneProviderProps) {
  const outer = useContext(ZoneContext);
  const [origin] = useState(() =>
    serverNow ? { skew: Date.parse(serverNow) - Date.now(), renderedAt: Date.parse(serverNow) } : null,
  );
  const skew = origin?.skew ?? outer.skew;
  const renderedAt = origin?.renderedAt ?? outer.renderedAt;
  const value = useMemo(
    () => ({ zone, place, named, skew, renderedAt }),
    [zone, place, named, skew, renderedAt],
  );
  return <ZoneContext.Provider value={value}>{children}</ZoneContext.Provider>;
}

export function useZone(): ZoneValue {
  return useContext(ZoneContext);
}
