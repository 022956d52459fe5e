/** What a mapping's fields can be set to, in words. */
/** No column: a sign that no header can hold. */
export const NONE = "\u0000none";

export const KINDS = [
  { value: "parking_meter", label: "Parking meter" },
  { value: "ev_charger", label: "EV charger" },
  { value: "toll_gate", label: "Toll gate" },
  { value: "transit_validator", label: "Transit validator" },
  { value: "smart_meter", label: "Smart meter" },
  { value: "phone", label: "Phone" },
] as const;

export const FORMS = [
  { value: "auto", label: "As it looks" },
  { value: "ymd", label: "Year, month, day" },
  { value: "mdy", label: "Month, day, year" },
  { value: "dmy", label: "Day, month, year" },
  { value: "unix", label: "Seconds since 1970" },
] as const;

export const UNITS = [
  { value: "major", label: "Whole units, such as 1.25" },
  { value: "minor", label: "Smallest units, such as 125 cents" },
] as const;

export const SIGNS = [
  { value: "auto", label: "As it looks" },
  { value: "point", label: "Point: 1,250.00" },
  { value: "comma", label: "Comma: 1.250,00" },
] as const;

export const REPEATS = [
  { value: "same", label: "The same payment again" },
  { value: "another", label: "Another payment" },
] as const;
