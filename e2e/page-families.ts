/** Every family of pages, with the person of the demo who looks at it. */

export interface PageFamily {
  name: string;
  /** Null for pages before signing in. */
  email: string | null;
  path: string;
  /** For pages of one thing: the prefix of its id; the first row of the list at `path` says which. */
  detail?: string;
}

const MERCHANT = "sam@voltway.example";
const AGENCY = "ana@metrotransit.example";
const OPERATOR = "olivia@harborcity.example";

export const PAGE_FAMILIES: readonly PageFamily[] = [
  { name: "sign-in", email: null, path: "/sign-in" },
  { name: "account", email: MERCHANT, path: "/account" },
  { name: "choice of organisation", email: MERCHANT, path: "/organisations" },
  { name: "merchant overview", email: MERCHANT, path: "/m/voltway" },
  { name: "merchant payments", email: MERCHANT, path: "/m/voltway/payments" },
  { name: "merchant payment", email: MERCHANT, path: "/m/voltway/payments", detail: "pay" },
  { name: "merchant payouts", email: MERCHANT, path: "/m/voltway/payouts" },
  { name: "merchant payout", email: MERCHANT, path: "/m/voltway/payouts", detail: "po" },
  { name: "merchant devices", email: MERCHANT, path: "/m/voltway/devices" },
  { name: "merchant device", email: MERCHANT, path: "/m/voltway/devices", detail: "dev" },
  { name: "merchant statements", email: MERCHANT, path: "/m/voltway/statements" },
  {
    name: "merchant statement",
    email: MERCHANT,
    path: "/m/voltway/statements",
    detail: "stl",
  },
  { name: "merchant team", email: MERCHANT, path: "/m/voltway/team" },
  { name: "agency overview", email: AGENCY, path: "/a/metro-transit" },
  { name: "agency statements", email: AGENCY, path: "/a/metro-transit/statements" },
  {
    name: "agency statement",
    email: AGENCY,
    path: "/a/metro-transit/statements",
    detail: "stl",
  },
  { name: "agency agreements", email: AGENCY, path: "/a/metro-transit/agreements" },
  {
    name: "agency agreement",
    email: AGENCY,
    path: "/a/metro-transit/agreements",
    detail: "agr",
  },
  { name: "agency remittances", email: AGENCY, path: "/a/metro-transit/remittances" },
  {
    name: "agency remittance",
    email: AGENCY,
    path: "/a/metro-transit/remittances",
    detail: "po",
  },
  { name: "agency team", email: AGENCY, path: "/a/metro-transit/team" },
  { name: "console overview", email: OPERATOR, path: "/ops" },
  { name: "console payments", email: OPERATOR, path: "/ops/payments" },
  { name: "console payment", email: OPERATOR, path: "/ops/payments", detail: "pay" },
  { name: "console devices", email: OPERATOR, path: "/ops/devices" },
  { name: "console device", email: OPERATOR, path: "/ops/devices", detail: "dev" },
];
