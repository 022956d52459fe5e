import type { ReactNode } from "react";

export interface DataColumn<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** `right` for money and counts; they get tabular figures. */
  align?: "left" | "right";
  /** 1 is always shown, 2 from a tablet on, 3 only on wide screens. Default 1 for the first column, else 2. */
  priority?: 1 | 2 | 3;
  /** The head sorts by it; the order comes from the server by `state.sort`, unless `compare` is given. */
  sortable?: boolean;
  /** Sorts in the browser: only for lists that are loaded whole. Ascending. */
  compare?: (a: Row, b: Row) => number;
  /** CSS width: "140px", "20%". */
  width?: string;
  /** Not shown until it is chosen in the column chooser. */
  defaultHidden?: boolean;
  /** Cannot be hidden. */
  fixed?: boolean;
  /** Explains the head on hover. */
  hint?: string;
  /** Cuts long text with an ellipsis; needs `width`. */
  truncate?: boolean;
}

export interface SavedTab {
  value: string;
  label: string;
  count?: number | null;
}

export interface FilterOption {
  value: string;
  label: string;
}

export type TableFilter = { id: string; label: string; icon?: ReactNode } & (
  | { kind: "choice"; options: readonly FilterOption[]; multiple?: boolean }
  | { kind: "text"; placeholder?: string }
  /** Two decimal strings, from and to; either may be empty. */
  | { kind: "amount"; currency?: string }
  /** Two days as YYYY-MM-DD in the program's zone, both included; either may be empty. */
  | { kind: "dates" }
);

export interface SortOrder {
  id: string;
  desc: boolean;
}

export interface TableError {
  message?: ReactNode;
  code?: string;
  requestId?: string;
}

export interface Selection<Row> {
  ids: string[];
  rows: Row[];
  clear: () => void;
}
