/** Formats, limits, and the reasons why a line or a whole file is not taken. */
export const IMPORT_FORMATS = ["ocpi_cdr", "seattle_parking"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

export const MAX_IMPORT_BYTES = 256 * 1024 * 1024;
/** Longest single record, in characters. */
export const MAX_RECORD_LENGTH = 256 * 1024;
/** Deepest nesting of a JSON record; charge detail records need five. */
export const MAX_RECORD_DEPTH = 64;
/** Rows that share one transaction. */
export const IMPORT_CHUNK_ROWS = 500;
/** Amounts above this many major units are taken and flagged. */
export const HUGE_AMOUNT_MAJOR = 10_000n;
/** Times before this moment are a clock that was never set, not a transaction. */
export const EARLIEST_MOMENT = new Date("1971-01-01T00:00:00Z");
/** Times before this one are taken and flagged. */
export const OLDEST_PLAUSIBLE_MOMENT = new Date("2000-01-01T00:00:00Z");
export const LONGEST_PLAUSIBLE_HOURS = 7 * 24;

/** Why one line was refused. */
export const ROW_REFUSALS = {
  already_imported_otherwise:
    "A record with this id was imported before with another amount, currency or time.",
  amount_malformed: "The amount is not a decimal number.",
  amount_negative: "The amount is negative; credits are not imported as payments.",
  amount_out_of_range: "The amount is above one billion.",
  amount_too_precise: "The amount is finer than the smallest unit of the currency.",
  amount_zero: "The amount is zero; there is nothing to settle.",
  card_number: "The line holds what looks like a card number; it was not stored.",
  columns_wrong: "The line has another number of columns than the header.",
  csv_malformed: "The line is not well-formed CSV.",
  currency_not_of_program: "The currency is not the program's.",
  field_missing: "A field that is needed is missing or malformed.",
  json_malformed: "The record is not well-formed JSON.",
  not_a_record: "This is not a charge detail record.",
  record_too_long: "The record is longer than 256 KiB.",
  time_in_future: "The time is in the future.",
  time_is_epoch: "The time is in 1970 or before: a clock that was never set.",
  time_malformed: "The time is not a date and time.",
} as const;
export type RowRefusal = keyof typeof ROW_REFUSALS;

/** Why a file could not be read, or not to its end. */
export const FILE_REFUSALS = {
  columns_missing: "The header lacks columns of Seattle's published parking transactions.",
  file_empty: "The file is empty.",
  file_too_large: "The file is larger than 256 MiB. Split it and import the parts.",
  format_unknown: "The file is neither JSON nor CSV with a header.",
  json_incomplete: "The JSON ends in the middle.",
  merchant_not_in_program: "This merchant is not in the program.",
  not_json: "The file is not JSON.",
  not_utf8: "The file is not UTF-8 text.",
} as const;
export type FileRefusal = keyof typeof FILE_REFUSALS;
