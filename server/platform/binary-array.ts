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
  let end = 20;
  let hasNulls = 0;
  for (let i = 0; i < items.length; i++) {
    const value = cell(items[i] as T);
    makeRoom(end, 24);
    if (value === null || value === undefined) {
      hasNulls = 1;
      desk.writeInt32BE(-1, end);
      end += 4;
    } else {
      const bytes = write(value, end + 4);
      desk.writeInt32BE(bytes, end);
      end += 4 + bytes;
    }
  }
  if (items.length === 0) end = 12;
  desk.writeInt32BE(items.length === 0 ? 0 : 1, 0);
  desk.writeInt32BE(hasNulls, 4);
  desk.writeInt32BE(OIDS[type], 8);
  desk.writeInt32BE(items.length, 12);
  desk.writeInt32BE(1, 16);
  return Buffer.from(desk.subarray(0, end));
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
