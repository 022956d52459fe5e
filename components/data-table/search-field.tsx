"use client";

import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { TableState } from "@/components/data-table/use-table-state";
import { Input } from "@/components/ui/input";

const SEARCH_PAUSE_MS = 250;

/** Asks only when the typing pauses; emptied, at once. */
export function SearchField({ state, placeholder }: { state: TableState; placeholder: string }) {
  const [text, setText] = useState(state.search);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const outside = state.search;
  useEffect(() => {
    setText(outside);
  }, [outside]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function type(next: string) {
    setText(next);
    clearTimeout(timer.current);
    if (next === "") state.setSearch("");
    else timer.current = setTimeout(() => state.setSearch(next), SEARCH_PAUSE_MS);
  }

  return (
    <Input
      type="search"
      size="sm"
      aria-label={placeholder}
      placeholder={placeholder}
      prefix={<Search />}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      className="w-full sm:w-56"
    />
  );
}
