"use client";

import { type RefObject, useLayoutEffect, useRef, useState } from "react";

/** The width of an element, so that a drawing fits it without scaling its text. `assumed` until it is measured. */
export function useWidth<E extends HTMLElement>(assumed: number): [RefObject<E | null>, number] {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(assumed);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
