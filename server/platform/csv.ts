/** How values stand in a CSV file: RFC 4180, safe against formulas, the same in every locale. */
import { TZDate } from "@date-fns/tz";

/** A byte order mark: without it spreadsheets take a file of UTF-8 for one of their own old encodings. */
export const CSV_BEGINNING = "\ufeff";

const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * One field. Text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a line break) gets an
 * apostrophe before it; plain decimal numbers stay as they are, also negative ones. Middle dots, with which screens part
 * words and hide digits, are written in ASCII.
 */
export function csvField(value: string): string {
  const plain = value.replace(/ \u00b7 /g, " - ").replace(/\u00b7/g, "*");
  const safe = /^[=+\-@\t\r\n]/.test(plain) && !NUMBER.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvRow(fields: readonly string[]): string {
  return `${fields.map(csvField).join(",")}\r\n`;
}

/** `2026-11-20 10:15:59` by the clock of a zone, a form that spreadsheets take for a time. */
export function csvLocalTime(at: Date | null, timeZone: string): string {
  if (!at) return "";
  const local = new TZDate(at.getTime(), timeZone);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${String(local.getFullYear()).padStart(4, "0")}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;
  return `${day} ${two(local.getHours())}:${two(local.getMinutes())}:${two(local.getSeconds())}`;
}
