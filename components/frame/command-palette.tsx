"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { Command } from "cmdk";
import { CornerDownLeft, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import type { NavGroup, PaletteAction, PaletteHit, PaletteSearch } from "@/components/frame/types";
import { Kbd } from "@/components/ui/kbd";
import { Spinner } from "@/components/ui/spinner";

interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  groups: readonly NavGroup[];
  actions?: readonly PaletteAction[];
  onSearch?: PaletteSearch;
}

const MIN_QUERY = 2;
const NO_HITS: readonly PaletteHit[] = [];
const ITEM =
  "flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 text-sm data-[selected=true]:bg-accent-soft data-[selected=true]:text-ink [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted";
const GROUP =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted";

type Finding = { state: "idle" | "busy" | "failed" } | { state: "done"; hits: readonly PaletteHit[] };

/** Finds by id or name while it is typed: the last question wins, earlier ones are aborted. */
function useFinding(query: string, onSearch: PaletteSearch | undefined): Finding {
  const [finding, setFinding] = useState<Finding>({ state: "idle" });
  useEffect(() => {
    if (!onSearch || query.length < MIN_QUERY) {
      setFinding({ state: "idle" });
      return;
    }
    const abort = new AbortController();
    setFinding((before) => (before.state === "done" ? before : { state: "busy" }));
    const timer = setTimeout(() => {
      onSearch(query, abort.signal).then(
        (hits) => {
          if (!abort.signal.aborted) setFinding({ state: "done", hits });
        },
        () => {
          if (!abort.signal.aborted) setFinding({ state: "failed" });
        },
      );
    }, 150);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [query, onSearch]);
  return finding;
}

function byGroup(hits: readonly PaletteHit[]): [string, PaletteHit[]][] {
  const grouped = new Map<string, PaletteHit[]>();
  for (const hit of hits) {
    const group = hit.group ?? "Found";
    grouped.set(group, [...(grouped.get(group) ?? []), hit]);
  }
  return [...grouped];
}

/** ⌘K: every page, and anything by what the screens show of it. */
export function CommandPalette({ open, onOpenChange, groups, actions = [], onSearch }: CommandPaletteProps) {
  const router = useRouter();
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState("");
  const finding = useFinding(query.trim(), onSearch);

  useEffect(() => {
    if (!open) setQuery("");
  }, [open]);

  function go(run: () => void) {
    onOpenChange(false);
    run();
  }

  const hits = finding.state === "done" ? finding.hits : NO_HITS;
  const firstHit = hits[0]?.id;
  useEffect(() => {
    if (firstHit !== undefined) setChosen(`hit ${firstHit}`);
  }, [firstHit]);

  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-overlay" />
        <Base.Viewport className="fixed inset-0 z-50 flex items-start justify-center p-4 pt-[12vh]">
          <Base.Popup
            aria-label="Go to a page or find by id"
            className="pop-motion w-full max-w-xl overflow-hidden rounded-xl border border-line bg-raised shadow-pop outline-none"
          >
            <Command label="Go to a page or find by id" loop value={chosen} onValueChange={setChosen}>
              <div className="flex items-center gap-2.5 border-b border-line-soft px-4">
                <Search aria-hidden className="size-4 shrink-0 text-muted" />
                <Command.Input
                  autoFocus
                  value={query}
                  onValueChange={setQuery}
                  placeholder="Go to a page, or find by card, amount, name or id"
                  className="h-12 w-full bg-transparent text-base text-ink outline-none"
                />
                {finding.state === "busy" ? <Spinner className="text-muted" /> : <Kbd>Esc</Kbd>}
              </div>
              <Command.List className="max-h-[min(420px,60vh)] overflow-y-auto p-1.5">
                {hits.length > 0 ? null : (
                  <Command.Empty className="px-3 py-8 text-center text-sm text-muted">
                    {finding.state === "busy"
                      ? "Looking…"
                      : finding.state === "failed"
                        ? "The search did not answer. Pages can still be reached from here."
                        : "Nothing by that name, card, amount or id."}
                  </Command.Empty>
                )}
                {byGroup(hits).map(([heading, found]) => (
                  <Command.Group key={heading} heading={heading} className={GROUP} forceMount>
                    {found.map((hit) => (
                      <Command.Item
                        key={hit.id}
                        value={`hit ${hit.id}`}
                        forceMount
                        onSelect={() => go(() => router.push(hit.href))}
                        className={ITEM}
                      >
                        <PaletteLine icon={hit.icon} label={hit.label} hint={hit.hint} />
                      </Command.Item>
                    ))}
                  </Command.Group>
                ))}
                {groups.map((group, index) => (
                  <Command.Group
                    key={group.label ?? index}
                    heading={group.label ?? "Pages"}
                    className={GROUP}
                  >
                    {group.items
                      .flatMap((item) => [
                        { ...item, hint: undefined },
                        ...(item.pages ?? []).map((page) => ({ ...page, icon: item.icon, hint: item.label })),
                      ])
                      .map((item) => (
                        <Command.Item
                          key={item.href}
                          value={`${item.label} ${item.hint ?? ""} ${group.label ?? ""}`}
                          onSelect={() => go(() => router.push(item.href))}
                          className={ITEM}
                        >
                          <PaletteLine icon={item.icon} label={item.label} hint={item.hint} />
                        </Command.Item>
                      ))}
                  </Command.Group>
                ))}
                {actions.length > 0 ? (
                  <Command.Group heading="Actions" className={GROUP}>
                    {actions.map((action) => (
                      <Command.Item
                        key={action.id}
                        value={action.label}
                        onSelect={() => go(action.run)}
                        className={ITEM}
                      >
                        <PaletteLine icon={action.icon} label={action.label} hint={action.hint} />
                      </Command.Item>
                    ))}
                  </Command.Group>
                ) : null}
              </Command.List>
              <div className="flex items-center gap-4 border-t border-line-soft px-4 py-2 text-xs text-muted">
                <span className="flex items-center gap-1.5">
                  <Kbd>↑</Kbd>
                  <Kbd>↓</Kbd> move
                </span>
                <span className="flex items-center gap-1.5">
                  <Kbd>
                    <CornerDownLeft aria-hidden className="size-3" />
                  </Kbd>
                  open
                </span>
              </div>
            </Command>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

function PaletteLine({ icon, label, hint }: { icon?: ReactNode; label: string; hint?: string }) {
  return (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {hint ? <span className="shrink-0 text-xs text-muted">{hint}</span> : null}
    </>
  );
}
