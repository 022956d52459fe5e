"use client";

import { SlidersHorizontal } from "lucide-react";
import type { DataColumn } from "@/components/data-table/types";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, type MenuEntry } from "@/components/ui/menu";

interface ViewMenuProps<Row> {
  columns: readonly DataColumn<Row>[];
  isHidden: (id: string) => boolean;
  onToggle: (id: string) => void;
  dense: boolean;
  onDense: (dense: boolean) => void;
}

/** Which columns are shown, and how high the rows are. Kept on this device. */
export function ViewMenu<Row>({ columns, isHidden, onToggle, dense, onDense }: ViewMenuProps<Row>) {
  const entries: MenuEntry[] = [
    { kind: "label", label: "Rows" },
    { label: "Comfortable", checked: !dense, stay: true, onSelect: () => onDense(false) },
    { label: "Compact", checked: dense, stay: true, onSelect: () => onDense(true) },
    { kind: "separator" },
    { kind: "label", label: "Columns" },
    ...columns.map((column) => ({
      label: column.header,
      checked: !isHidden(column.id),
      disabled: column.fixed,
      stay: true,
      onSelect: () => onToggle(column.id),
    })),
  ];
  return (
    <Menu
      trigger={<IconButton label="Columns and density" size="sm" hint={false} icon={<SlidersHorizontal />} />}
      entries={entries}
    />
  );
}
