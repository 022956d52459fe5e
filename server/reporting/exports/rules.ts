/** How values stand in a CSV file: RFC 4180, safe against formulas, the same in every locale. */

const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * One field. Text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a line break) gets an
 * apostrophe before it; plain decimal numbers stay as they are, also negative ones.
 */
export function csvField(value: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvRow(fields: readonly string[]): string {
  return `${fields.map(csvField).join(",")}\r\n`;
}
