/**
 * Arrays as parameters in the form in which Postgres keeps them, for calls with a thousand values or of a hot path: the
 * server copies sixteen bytes of a UUID where it would read thirty-six characters one by one. After `array_recv` and
 * the types' own receive functions.
 */

/** What each type takes; null and undefined become NULL. */
interface Elements {
  boolean: boolean;
  bytea: Uint8Array;
  bigint: bigint | number;
  smallint: number;
  integer: number;
  float8: number;
  text: string;
  /** Anything that JSON can say. */
  json: unknown;
  jsonb: unknown;
  timestamptz: Date;
  uuid: string;
}

export type ElementType = keyof Elements;

/** What an item has in a column of this type. It must not make an array of its own meanwhile. */
export type Cell<T, Type extends ElementType> = (item: T) => Elements[Type] | null | undefined;

/** From `pg_type`; they are the same in every database. */
const OIDS: Record<ElementType, number> = {
  boolean: 16,
  bytea: 17,
  bigint: 20,
  smallint: 21,
  integer: 23,
  text: 25,
  json: 114,
  float8: 701,
  timestamptz: 1184,
  uuid: 2950,
  jsonb: 3802,
};

/** Where arrays are put together; it grows to the largest. Nothing waits between the first byte and the last. */
let desk = Buffer.allocUnsafe(64 * 1024);

function makeRoom(from: number, bytes: number): void {
  if (from + bytes <= desk.length) return;
  const larger = Buffer.allocUnsafe(Math.max(desk.length * 2, from + bytes));
  desk.copy(larger, 0, 0, from);
  desk = larger;
}

/**
 * A parameter for `$n::type[]`. A value that its type cannot hold is a TypeError or a RangeError here, where the server
 * would say 22P02 or 22003.
 */
export function binaryArray<T, Type extends ElementType>(
  type: Type,
  items: readonly T[],
  cell: Cell<T, Type>,
): Buffer {
  const write = WRITERS[type];
  let end = HEAD;
  let hasNulls = false;
  for (let i = 0; i < items.length; i++) {
    const value = cell(items[i] as T);
    hasNulls ||= value === null || value === undefined;
    end = writeCell(write, value, end);
  }
  return finish(OIDS[type], items.length, hasNulls, end);
}

/** A column of a row type of the database, with what an item has in it. */
export interface RowColumn<T> {
  name: string;
  type: ElementType;
  cell: (item: T) => unknown;
}

/** A row type of the database and its columns in their order. A test holds each against the database's own. */
export interface RowType<T> {
  name: string;
  columns: readonly RowColumn<T>[];
}

/** The columns of a row type, each with a cell of its type. */
export function rowColumns<T>(): <Type extends ElementType>(
  name: string,
  type: Type,
  cell: Cell<T, Type>,
) => RowColumn<T> {
  return (name, type, cell) => ({ name, type, cell });
}

/** A parameter for `$n::row_type[]`, after `record_recv`. `oid` is the row type's, which every database has its own of. */
export function binaryRows<T>(oid: number, { columns }: RowType<T>, items: readonly T[]): Buffer {
  let end = HEAD;
  for (const item of items) {
    const start = end;
    makeRoom(end, 8);
    desk.writeInt32BE(columns.length, end + 4);
    end += 8;
    for (const { type, cell } of columns) {
      makeRoom(end, 4);
      desk.writeInt32BE(OIDS[type], end);
      end = writeCell(WRITERS[type] as (value: unknown, at: number) => number, cell(item), end + 4);
    }
    desk.writeInt32BE(end - start - 4, start);
  }
  return finish(oid, items.length, false, end);
}

/** Bytes before the first element of an array. */
const HEAD = 20;

/** A value with its length before it; gives where the next one begins. */
function writeCell<Value>(
  write: (value: Value, at: number) => number,
  value: Value | null | undefined,
  at: number,
): number {
  makeRoom(at, 24);
  if (value === null || value === undefined) {
    desk.writeInt32BE(-1, at);
    return at + 4;
  }
  const bytes = write(value, at + 4);
  desk.writeInt32BE(bytes, at);
  return at + 4 + bytes;
}

function finish(oid: number, length: number, hasNulls: boolean, end: number): Buffer {
  desk.writeInt32BE(length === 0 ? 0 : 1, 0);
  desk.writeInt32BE(hasNulls ? 1 : 0, 4);
  desk.writeInt32BE(oid, 8);
  desk.writeInt32BE(length, 12);
  desk.writeInt32BE(1, 16);
  return Buffer.from(desk.subarray(0, length === 0 ? 12 : end));
}

/** Each writes one value at a place and gives its length; sixteen bytes have room. */
type Writers = { [Type in ElementType]: (value: Elements[Type], at: number) => number };

const WRITERS: Writers = {
  boolean: (value, at) => desk.writeUInt8(value ? 1 : 0, at) - at,
  bytea(value, at) {
    makeRoom(at, value.length);
    desk.set(value, at);
    return value.length;
  },
  bigint: (value, at) => desk.writeBigInt64BE(BigInt(value), at) - at,
  smallint: (value, at) => desk.writeInt16BE(value, at) - at,
  integer: (value, at) => desk.writeInt32BE(value, at) - at,
  float8: (value, at) => desk.writeDoubleBE(value, at) - at,
  text: writeText,
  json: (value, at) => writeText(JSON.stringify(value), at),
  jsonb(value, at) {
    // The version of the format.
    desk.writeUInt8(1, at);
    return 1 + writeText(JSON.stringify(value), at + 1);
  },
  timestamptz: writeTime,
  uuid: writeUuid,
};

function writeText(value: string, at: number): number {
  makeRoom(at, value.length * 3);
  return desk.write(value, at, "utf8");
}

const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Microseconds since 2000, as two halves: a Date counts them exactly, 32-bit operations do not. */
function writeTime(value: Date, at: number): number {
  const micros = (value.getTime() - EPOCH_MS) * 1000;
  if (Number.isNaN(micros)) throw new RangeError("Not a time.");
  desk.writeInt32BE(Math.floor(micros / 2 ** 32), at);
  desk.writeUInt32BE(micros >>> 0, at + 4);
  return 8;
}

/** By character code; -1 for what is no hexadecimal digit. */
const DIGITS = new Int8Array(128).fill(-1);
for (const [digit, character] of [..."0123456789abcdef"].entries()) {
  DIGITS[character.charCodeAt(0)] = digit;
  DIGITS[character.toUpperCase().charCodeAt(0)] = digit;
}
/** Where the sixteen pairs of digits stand in the usual form. */
const PAIRS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

function writeUuid(value: string, at: number): number {
  let wrong = value.length === 36 ? 0 : -1;
  for (let i = 0; i < 16; i++) {
    const pair = PAIRS[i] as number;
    const high = DIGITS[value.charCodeAt(pair)] ?? -1;
    const low = DIGITS[value.charCodeAt(pair + 1)] ?? -1;
    wrong |= high | low;
    desk[at + i] = (high << 4) | low;
  }
  if (wrong < 0) throw new TypeError(`Not a UUID: ${value.slice(0, 40)}`);
  return 16;
}
