/** Formats, limits, and the reasons why a line or a whole file is not taken. */
export const IMPORT_FORMATS = ["ocpi_cdr", "seattle_parking"] as const;
/** What a file is read as: a known format, or a table by a saved mapping. */
export type ImportFormat = (typeof IMPORT_FORMATS)[number] | "mapped";

export type ImportEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
export type Delimiter = "," | ";" | "\t" | "|";

export const ROW_OUTCOMES = ["accepted", "refund", "free", "duplicate", "refused"] as const;
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

export const MAX_IMPORT_BYTES = 256 * 1024 * 1024;
/** Longest single record, in characters. */
export const MAX_RECORD_LENGTH = 256 * 1024;
/** Deepest nesting of a JSON record; charge detail records need five. */
export const MAX_RECORD_DEPTH = 64;
/** Rows that share one transaction. */
export const IMPORT_CHUNK_ROWS = 500;
/** Credits that stand before the record they name are tried again at the end of the file; of more, the rest is refused. */
export const MOST_WAITING_CREDITS = 20_000;
/** Amounts above this many major units are taken and flagged. */
export const HUGE_AMOUNT_MAJOR = 10_000n;
/** Times before this moment are a clock that was never set, not a transaction. */
export const EARLIEST_MOMENT = new Date("1971-01-01T00:00:00Z");
/** Times before this one are taken and flagged. */
export const OLDEST_PLAUSIBLE_MOMENT = new Date("2000-01-01T00:00:00Z");
export const LONGEST_PLAUSIBLE_HOURS = 7 * 24;

/** Why one line was refused. */
export const ROW_REFUSALS = {
  already_imported_elsewhere: "A record with this id was imported for another merchant or program.",
  already_imported_otherwise:
    "A record with this id was imported before with another amount, currency or time.",
  amount_ambiguous:
    "The amount could be thousands or decimals. Name the decimal sign in a mapping of the columns.",
  amount_malformed: "The amount is not a decimal number.",
  amount_negative: "The amount is negative, and the line names no payment that it would give back.",
  amount_out_of_range: "The amount is above one billion.",
  card_number: "The line holds what looks like a card number; it was not stored.",
  columns_wrong: "The line has another number of columns than the header.",
  credit_exceeds_rest: "The credit is more than is left of the payment that it names.",
  credit_names_elsewhere: "The payment that the credit names lies with another merchant or program.",
  credit_names_nothing: "The record is a credit and names no record that it would give back.",
  credit_names_unknown:
    "The record that the credit names was never imported. Import it first, then this one again.",
  credit_not_marked: "The record names another one that it would give back and is not marked as a credit.",
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
  columns_missing: "The header lacks columns that are needed.",
  currency_not_of_program: "The file's currency is not the program's.",
  currency_unknown: "The file names no currency.",
  encoding_mixed: "The text is neither UTF-8, UTF-16 nor Windows-1252 throughout.",
  file_empty: "The file is empty.",
  file_too_large: "The file is larger than 256 MiB. Split it and import the parts.",
  format_unknown:
    "The file is neither JSON nor a table in columns that are known. Make a mapping of its columns.",
  json_incomplete: "The JSON ends in the middle.",
  mapping_of_other_kind: "The mapping is for another kind of file.",
  merchant_not_in_program: "This merchant is not in the program.",
  not_json: "The file is not JSON.",
} as const;
export type FileRefusal = keyof typeof FILE_REFUSALS;

/** Why an import cannot be undone. */
export const UNDO_REFUSALS = {
  import_has_refunds: "It gave back payments of other imports, which cannot be taken back.",
  import_not_finished: "It is still being read.",
  import_settled:
    "Payments of it are in a settlement run. Propose to take it back; a second person confirms it.",
  import_undone: "It was undone already.",
} as const;
export type UndoRefusal = keyof typeof UNDO_REFUSALS;
