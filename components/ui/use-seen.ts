"use client";

import { type RefObject, useEffect, useRef, useState } from "react";

/** Begin to load a little before it comes into sight. */
const MARGIN = "200px";

/** Whether an element has come near the visible part of the page; once it has, it stays so. */
export function useSeen<T extends Element>(): { ref: RefObject<T | null>; yes: boolean } {
  const ref = useRef<T>(null);
  const [yes, setYes] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element || yes) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setYes(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [yes]);
  return { ref, yes };
}
