/** A saved mapping: how the columns of one source are read. Usable on both sides. */
import { z } from "zod";
import { DEVICE_KINDS } from "@/server/devices/constants";
import { CURRENCIES } from "@/server/platform/money";
import { plainText } from "@/server/platform/text";
import { DECIMAL_SIGNS } from "./read-amount";
import { TIME_FORMS } from "./read-moment";

const column = plainText(1, 120);
const words = (max: number) => z.array(plainText(1, 120)).max(max);

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Zones of the program by the source's names of places, compared without regard to case. */
export const zonesSchema = z
  .record(plainText(1, 120), plainText(1, 80))
  .refine((zones) => Object.keys(zones).length <= 2_000, "has more than 2000 places");

export const tableMappingSchema = z.object({
  kind: z.literal("table"),
  /** What the ids of this source begin with in our books; two mappings of one source share it. */
  source: z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "is small letters, digits and hyphens"),
  /** One column, or several that name a line only together. */
  id: z.object({
    columns: z.array(column).min(1).max(8),
    ignoreCase: z.boolean().default(false),
    /** What a second line with the same composed key is: the same one again, or another one. */
    repeats: z.enum(["same", "another"]).default("same"),
  }),
  time: z.object({
    column,
    /** Where the time of day stands in a column of its own. */
    clockColumn: column.optional(),
    form: z.enum(TIME_FORMS).default("auto"),
    /** The program's when left out. */
    zone: z.string().max(60).refine(isTimeZone, "is not a time zone").optional(),
  }),
  amount: z.object({
    column,
    /** Whole currency units with decimals, or a count of the smallest unit (cents). */
    unit: z.enum(["major", "minor"]).default("major"),
    decimal: z.enum(DECIMAL_SIGNS).default("auto"),
  }),
  currency: z.union([z.object({ column }), z.object({ fixed: z.enum(CURRENCIES) })]),
  means: z.object({ column: column.optional() }).default({}),
  /** The column of the place, and the zone that each of its values lies in. */
  place: z.object({ column: column.optional(), zones: zonesSchema.default({}) }).default({ zones: {} }),
  /** The column by which the registry may know the device. */
  device: z
    .object({ column: column.optional(), kind: z.enum(DEVICE_KINDS) })
    .default({ kind: "parking_meter" }),
  /** Which lines give money back, beside those with an amount below zero, and the column of the id that they name. */
  refunds: z
    .object({ column: column.optional(), values: words(20).default([]), referenceColumn: column.optional() })
    .default({ values: [] }),
  /** Columns that are written into the payment's description. */
  description: z.array(column).max(6).default([]),
});

/** For files in a known format, only what they cannot tell: the zones of their places. */
export const ocpiMappingSchema = z.object({ kind: z.literal("ocpi"), zones: zonesSchema });
export const seattleMappingSchema = z.object({ kind: z.literal("seattle"), zones: zonesSchema });

export const mappingTermsSchema = z.discriminatedUnion("kind", [
  tableMappingSchema,
  ocpiMappingSchema,
  seattleMappingSchema,
]);
export type MappingTerms = z.output<typeof mappingTermsSchema>;
export type TableMapping = z.output<typeof tableMappingSchema>;
