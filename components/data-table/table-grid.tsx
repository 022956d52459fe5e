"use client";

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, useLayoutEffect, useRef, useState } from "react";
import { HIDE_BELOW } from "@/components/data-table/column-priority";
import type { Grid } from "@/components/data-table/table-features";
import type { DataColumn, SortOrder } from "@/components/data-table/types";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/components/ui/cn";

const VIRTUAL_FROM = 200;

interface TableGridProps<Row extends object> {
  table: Grid<Row>;
  label: string;
  columns: readonly DataColumn<Row>[];
  sort: SortOrder | null;
  onSort: (sort: SortOrder | null) => void;
  dense: boolean;
  selectable: boolean;
  openId: string | null;
  onRow?: (id: string, row: Row) => void;
  busy: boolean;
}

const priorityOf = <Row,>(column: DataColumn<Row>, index: number) => column.priority ?? (index === 0 ? 1 : 2);

/** Where a click on a row means something else than opening the row. */
function hitsControl(target: EventTarget, row: HTMLElement): boolean {
  if (window.getSelection()?.isCollapsed === false) return true;
  if (!(target instanceof Element)) return false;
  const control = target.closest("a,button,input,label,select,textarea,[role=checkbox],[role=menuitem]");
  return control !== null && row.contains(control);
}

export function TableGrid<Row extends object>(props: TableGridProps<Row>) {
  const { table, label, columns, sort, onSort, dense, selectable, openId, onRow, busy } = props;
  const wrapper = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(false);
  const rows = table.getRowModel().rows;
  const virtual = rows.length > VIRTUAL_FROM;
  const rowHeight = dense ? 32 : 40;
  const [offset, setOffset] = useState(0);

  useLayoutEffect(() => {
    const element = wrapper.current;
    if (!element) return;
    const measure = () => {
      const inner = element.firstElementChild;
      setWide(inner instanceof HTMLElement && inner.offsetWidth > element.clientWidth + 1);
      setOffset(element.getBoundingClientRect().top + window.scrollY);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    measure();
    return () => observer.disconnect();
  }, []);

  const virtualizer = useWindowVirtualizer({
    count: virtual ? rows.length : 0,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: offset,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0];
  const last = items[items.length - 1];
  const shown = virtual ? items.flatMap((item) => rows[item.index] ?? []) : rows;
  const before = virtual && first ? first.start - offset : 0;
  const after = virtual && last ? virtualizer.getTotalSize() - (last.end - offset) : 0;

  const visible = table.getVisibleLeafColumns();
  const byId = new Map(
    columns.map((column, index) => [column.id, { column, priority: priorityOf(column, index) }]),
  );
  const edge = "first:pl-4 last:pr-4 md:first:pl-4 md:last:pr-4";

  function walk(event: KeyboardEvent<HTMLTableRowElement>, id: string, row: Row) {
    if (event.target !== event.currentTarget) return;
    const to =
      event.key === "ArrowDown"
        ? event.currentTarget.nextElementSibling
        : event.key === "ArrowUp"
          ? event.currentTarget.previousElementSibling
          : null;
    if (to instanceof HTMLElement) {
      event.preventDefault();
      to.focus();
    } else if (event.key === "Enter" && onRow) {
      event.preventDefault();
      onRow(id, row);
    }
  }

  return (
    <div
      ref={wrapper}
      // Until its width is known nothing may reach out of the page; a clipped part leaves heads that stick alone.
      className={cn("min-w-0", wide ? "relative overflow-x-auto" : "overflow-x-clip")}
      {...(wide ? { tabIndex: 0, role: "region", "aria-label": `${label}, scrolls sideways` } : {})}
    >
      <table
        aria-label={label}
        aria-busy={busy || undefined}
        aria-rowcount={virtual ? rows.length : undefined}
        className="w-full border-separate border-spacing-0 text-sm"
      >
        <thead>
          <tr>
            {selectable ? (
              <th scope="col" className={cn(HEAD, "w-9 pl-4 pr-0 md:pl-4 md:pr-0", !wide && STICKY)}>
                <Checkbox
                  aria-label="Choose all that are loaded"
                  checked={table.getIsAllRowsSelected()}
                  indeterminate={table.getIsSomeRowsSelected() && !table.getIsAllRowsSelected()}
                  onCheckedChange={(checked) => table.toggleAllRowsSelected(checked)}
                />
              </th>
            ) : null}
            {visible.map(({ id }) => {
              const entry = byId.get(id);
              if (!entry) return null;
              const { column, priority } = entry;
              const sorted = sort?.id === id ? (sort.desc ? "descending" : "ascending") : undefined;
              return (
                <th
                  key={id}
                  scope="col"
                  aria-sort={sorted}
                  style={column.width ? { width: column.width } : undefined}
                  className={cn(
                    HEAD,
                    edge,
                    HIDE_BELOW[priority],
                    column.align === "right" && "text-right",
                    !wide && STICKY,
                  )}
                >
                  {column.sortable || column.compare ? (
                    <button
                      type="button"
                      title={column.hint}
                      onClick={() => onSort(nextSort(id, sort, column.align === "right"))}
                      className={cn(
                        "group inline-flex h-5 items-center gap-1 rounded-sm align-middle hover:text-ink",
                        sorted && "text-ink",
                        column.align === "right" && "flex-row-reverse",
                      )}
                    >
                      {column.header}
                      {sorted === "ascending" ? (
                        <ArrowUp aria-hidden className="size-3" />
                      ) : (
                        <ArrowDown
                          aria-hidden
                          className={cn(
                            "size-3",
                            !sorted && "opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60",
                          )}
                        />
                      )}
                    </button>
                  ) : (
                    <span title={column.hint} className="inline-flex h-5 items-center align-middle">
                      {column.header}
                    </span>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody className={cn("transition-opacity", busy && "opacity-60")}>
          {before > 0 ? <SpacerRow height={before} /> : null}
          {shown.map((row) => {
            const chosen = row.getIsSelected();
            const open = row.id === openId;
            return (
              <tr
                key={row.id}
                data-row={row.id}
                data-sum={label}
                tabIndex={onRow ? 0 : undefined}
                aria-selected={selectable ? chosen : undefined}
                onClick={
                  onRow
                    ? (event: MouseEvent<HTMLTableRowElement>) => {
                        if (!hitsControl(event.target, event.currentTarget)) onRow(row.id, row.original);
                      }
                    : undefined
                }
                onKeyDown={onRow ? (event) => walk(event, row.id, row.original) : undefined}
                className={cn(
                  "group/row outline-offset-[-2px]",
                  onRow && "cursor-pointer hover:bg-hover",
                  chosen && "bg-accent-soft hover:bg-accent-soft",
                  open && "bg-hover",
                )}
                style={{ height: rowHeight }}
              >
                {selectable ? (
                  <td className={cn(CELL, "w-9 pl-4 pr-0 md:pl-4 md:pr-0")}>
                    <span className="flex">
                      <Checkbox
                        aria-label="Choose this row"
                        checked={chosen}
                        onCheckedChange={(checked) => row.toggleSelected(checked)}
                      />
                    </span>
                  </td>
                ) : null}
                {row.getVisibleCells().map((cell) => {
                  const entry = byId.get(cell.column.id);
                  if (!entry) return null;
                  const { column, priority } = entry;
                  return (
                    <td
                      key={cell.id}
                      className={cn(
                        CELL,
                        edge,
                        HIDE_BELOW[priority],
                        column.align === "right" && "tabular text-right",
                        column.truncate ? "max-w-0 truncate" : "whitespace-nowrap",
                      )}
                    >
                      {column.cell(row.original)}
                    </td>
                  );
                })}
              </tr>
            );
          })}
          {after > 0 ? <SpacerRow height={after} /> : null}
        </tbody>
      </table>
    </div>
  );
}

const HEAD =
  "h-9 border-b border-line bg-panel px-2 text-left md:px-3 align-middle text-xs font-medium text-muted whitespace-nowrap";
const STICKY = "sticky top-(--frame-top,0px) z-10";
const CELL = "border-b border-line-soft px-2 py-0 md:px-3 align-middle in-[tr:last-child]:border-b-0";

/** The empty height of rows that are not drawn. */
function SpacerRow({ height }: { height: number }) {
  return (
    <tr aria-hidden>
      <td style={{ height, padding: 0 }} />
    </tr>
  );
}

/** First click: figures from the largest, text from A. Then the other way, then the default order. */
function nextSort(id: string, sort: SortOrder | null, largestFirst: boolean): SortOrder | null {
  if (sort?.id !== id) return { id, desc: largestFirst };
  return sort.desc === largestFirst ? { id, desc: !largestFirst } : null;
}
