"use client";

import { type ColumnDef, type RowSelectionState, useTable } from "@tanstack/react-table";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { BulkBar } from "@/components/data-table/bulk-bar";
import { FilterChips } from "@/components/data-table/filter-chips";
import { KeepView } from "@/components/data-table/keep-view";
import { SearchField } from "@/components/data-table/search-field";
import { features } from "@/components/data-table/table-features";
import { TableFoot } from "@/components/data-table/table-foot";
import { TableGrid } from "@/components/data-table/table-grid";
import type { DataColumn, Selection, TableError } from "@/components/data-table/types";
import { useColumnChoice } from "@/components/data-table/use-column-choice";
import { useSavedViews } from "@/components/data-table/use-saved-views";
import type { TableState } from "@/components/data-table/use-table-state";
import { ViewMenu } from "@/components/data-table/view-menu";
import { formatCount } from "@/components/money/format-count";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import { ErrorState, FirstUse, NothingFound } from "@/components/ui/empty-state";
import { SideSheet, type SideSheetProps } from "@/components/ui/side-sheet";
import { SkeletonRows } from "@/components/ui/skeleton";
import { Tabs } from "@/components/ui/tabs";
import { usePreference } from "@/components/ui/use-preference";

export type RowSheet = Omit<SideSheetProps, "open" | "onClose" | "onPrevious" | "onNext" | "position">;

export interface DataTableProps<Row extends object> {
  /** Key of the column and density choice on this device. */
  id: string;
  /** What the rows are, for screen readers: "Payments". */
  label: string;
  columns: readonly DataColumn<Row>[];
  /** Undefined while the first page is loading. */
  rows: readonly Row[] | undefined;
  rowId: (row: Row) => string;
  state: TableState;
  error?: TableError | null;
  onRetry?: () => void;
  /** New rows are on their way for changed filters; the old ones stay, paler. */
  busy?: boolean;
  /** How many there are under these filters, if known. */
  total?: number | null;
  hasMore?: boolean;
  onLoadMore?: () => void;
  loadingMore?: boolean;
  /** Loads the next page when its end comes into sight, instead of by the button alone. */
  autoLoad?: boolean;
  /** At the foot: what the whole list adds up to, under the filters. */
  sum?: ReactNode;
  /** In the card's head, left of the filters. */
  title?: ReactNode;
  /** In the card's head, at the right: the export button. */
  toolbar?: ReactNode;
  /** Shows a search field with this placeholder; its text is `state.search`. */
  searchPlaceholder?: string;
  /** Given, rows can be chosen; these buttons stand in the bar. */
  bulkActions?: (selection: Selection<Row>) => ReactNode;
  /** What the bar adds up of the chosen rows. */
  bulkAmount?: (row: Row) => { amount: string; currency: string };
  /** Given, a click opens the row beside the list, at `?open=<id>`. `row` is undefined when it is not in the loaded pages. */
  sheet?: (id: string, row: Row | undefined) => RowSheet;
  /** Given instead of `sheet`, a click goes to this page. */
  rowHref?: (row: Row) => string;
  /** Shown when there is nothing and nothing is filtered: a `<FirstUse>`. */
  firstUse?: ReactNode;
  /** Without the card around it. */
  bare?: boolean;
  className?: string;
}

/** The list of everything: tabs, filters, order and the open row are in the URL (`useTableState`). */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const {
    id,
    label,
    columns,
    rows,
    rowId,
    state,
    error,
    busy = false,
    total,
    hasMore,
    onLoadMore,
    loadingMore,
  } = props;
  const { sheet, rowHref, bulkActions, title, toolbar, searchPlaceholder } = props;
  const router = useRouter();
  const [density, setDensity] = usePreference<"normal" | "compact">(`${id}:density`, "normal");
  const dense = density === "compact";
  const { visibility, isHidden, toggle } = useColumnChoice(id, columns);
  const [rowSelection, setRowSelection] = useState<RowSelectionState>({});

  const sortedBy = columns.find((column) => column.id === state.sort?.id);
  const data = useMemo(() => {
    const all = [...(rows ?? [])];
    if (!sortedBy?.compare) return all;
    const { compare } = sortedBy;
    return all.sort((a, b) => (state.sort?.desc ? compare(b, a) : compare(a, b)));
  }, [rows, sortedBy, state.sort?.desc]);

  const defs = useMemo<ColumnDef<typeof features, Row>[]>(
    () => columns.map((column) => ({ id: column.id, header: column.header })),
    [columns],
  );
  const table = useTable({
    features,
    columns: defs,
    data,
    getRowId: rowId,
    manualSorting: true,
    enableRowSelection: bulkActions !== undefined,
    state: { columnVisibility: visibility, rowSelection, sorting: state.sort ? [state.sort] : [] },
    onRowSelectionChange: setRowSelection,
  });

  // A choice made under other filters would act on rows that are no longer in sight.
  const scope = JSON.stringify([state.tab, state.filters, state.search]);
  const lastScope = useRef(scope);
  useEffect(() => {
    if (lastScope.current === scope) return;
    lastScope.current = scope;
    setRowSelection({});
  }, [scope]);

  // Closed in whatever way, the sheet gives the focus back to the row that it was opened from.
  const lastOpen = useRef(state.open);
  useEffect(() => {
    const closed = state.open === null ? lastOpen.current : null;
    lastOpen.current = state.open;
    if (closed === null) return;
    const timer = setTimeout(() => {
      document
        .querySelector<HTMLElement>(`[data-row="${CSS.escape(closed)}"]`)
        ?.focus({ preventScroll: true });
    });
    return () => clearTimeout(timer);
  }, [state.open]);

  const chosenIds = Object.keys(rowSelection).filter((key) => rowSelection[key]);
  const selection: Selection<Row> = {
    ids: chosenIds,
    rows: data.filter((row) => rowSelection[rowId(row)]),
    clear: () => setRowSelection({}),
  };

  const onRow = sheet
    ? (openId: string) => state.setOpen(openId)
    : rowHref
      ? (_: string, row: Row) => router.push(rowHref(row))
      : undefined;

  const views = useSavedViews(id, state);
  const keepsViews = !props.bare && (state.filterDefs.length > 0 || Boolean(searchPlaceholder));
  const tabs = keepsViews ? tabsWithViews(state.tabs, views.tabs) : state.tabs;
  const hasHead = title || toolbar || searchPlaceholder || state.filterDefs.length > 0;
  const body = error ? (
    <ErrorState code={error.code} requestId={error.requestId} onRetry={props.onRetry}>
      {error.message}
    </ErrorState>
  ) : rows === undefined ? (
    <div role="status" aria-label={`${label} are loading`}>
      <div className="h-9 border-b border-line" />
      <SkeletonRows dense={dense} columns={Math.min(6, columns.length)} />
    </div>
  ) : data.length === 0 ? (
    state.filtered ? (
      <NothingFound onClear={state.clearFilters} />
    ) : (
      (props.firstUse ?? <FirstUse title={`No ${label.toLowerCase()} here yet`} />)
    )
  ) : (
    <>
      <TableGrid
        table={table}
        label={label}
        columns={columns}
        sort={state.sort}
        onSort={state.setSort}
        dense={dense}
        selectable={bulkActions !== undefined}
        openId={state.open}
        onRow={onRow}
        busy={busy}
      />
      <TableFoot
        shown={data.length}
        total={total ?? null}
        hasMore={hasMore ?? false}
        onLoadMore={onLoadMore}
        loadingMore={loadingMore ?? false}
        autoLoad={props.autoLoad ?? false}
        sum={props.sum}
      />
    </>
  );

  const surface = (
    <div className={cn("min-w-0", !props.bare && "rounded-lg border border-line bg-panel", props.className)}>
      {hasHead ? (
        <div className="flex flex-wrap items-center gap-2 px-4 pb-2.5 pt-3">
          {title ? <h2 className="mr-1 text-base font-semibold">{title}</h2> : null}
          {title && total !== undefined && total !== null ? (
            <Badge className="tabular mr-1">{formatCount(total)}</Badge>
          ) : null}
          {searchPlaceholder ? <SearchField state={state} placeholder={searchPlaceholder} /> : null}
          <FilterChips state={state}>{keepsViews ? <KeepView views={views} /> : null}</FilterChips>
          <span className="ml-auto flex items-center gap-1.5">
            {toolbar}
            <ViewMenu
              columns={columns}
              isHidden={isHidden}
              onToggle={toggle}
              dense={dense}
              onDense={(next) => setDensity(next ? "compact" : "normal")}
            />
          </span>
        </div>
      ) : null}
      {body}
    </div>
  );

  const openId = state.open;
  const at = openId === null ? -1 : data.findIndex((row) => rowId(row) === openId);
  const previous = at > 0 ? data[at - 1] : undefined;
  const next = at >= 0 ? data[at + 1] : undefined;
  const sheetProps = sheet && openId !== null ? sheet(openId, data[at]) : null;

  return (
    <>
      {tabs.length > 0 ? (
        <Tabs
          label={`Saved views of ${label.toLowerCase()}`}
          items={tabs}
          value={(keepsViews ? views.tab : null) ?? state.tab ?? EVERYTHING}
          onValueChange={(value) => {
            if (views.show(value)) return;
            // From a kept view its tab leads back to everything in it.
            if (views.current !== null || value === EVERYTHING) state.clearFilters();
            if (value !== EVERYTHING) state.setTab(value);
          }}
        >
          <div className="pt-4">{surface}</div>
        </Tabs>
      ) : (
        surface
      )}
      {bulkActions ? (
        <BulkBar
          count={chosenIds.length}
          amounts={props.bulkAmount && selection.rows.map(props.bulkAmount)}
          onClear={selection.clear}
        >
          {bulkActions(selection)}
        </BulkBar>
      ) : null}
      {sheetProps ? (
        <SideSheet
          {...sheetProps}
          open
          onClose={() => state.setOpen(null)}
          onPrevious={previous ? () => state.setOpen(rowId(previous)) : undefined}
          onNext={next ? () => state.setOpen(rowId(next)) : undefined}
          position={at >= 0 ? `${formatCount(at + 1)} of ${formatCount(total ?? data.length)}` : undefined}
        />
      ) : null}
    </>
  );
}

/** The tab of all rows in lists that have no tabs but those of kept views. */
const EVERYTHING = "everything";

function tabsWithViews(tabs: TableState["tabs"], views: TableState["tabs"]): TableState["tabs"] {
  if (views.length === 0) return tabs;
  return [...(tabs.length > 0 ? tabs : [{ value: EVERYTHING, label: "All" }]), ...views];
}
