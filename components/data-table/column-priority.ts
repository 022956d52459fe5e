/** How a column of low priority leaves on narrow screens. */
export const HIDE_BELOW: Record<1 | 2 | 3, string> = { 1: "", 2: "max-md:hidden", 3: "max-xl:hidden" };
