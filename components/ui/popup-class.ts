/** The surface of everything that opens over the page: menus, selects, popovers. */
export const popupClass =
  "pop-motion z-50 max-h-[min(var(--available-height),420px)] overflow-y-auto rounded-lg border border-line bg-raised p-1 text-sm text-ink shadow-pop outline-none";

export const popupItemClass =
  "flex min-h-8 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 text-sm outline-none data-highlighted:bg-hover data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0";

export const popupLabelClass = "px-2 pb-1 pt-2 text-xs text-muted";
