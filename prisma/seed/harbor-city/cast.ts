/** Who lives in the demo city: organisations, people, programs. Everything is made up. */
import type { DeviceKind } from "@/server/devices/constants";

export interface OrganisationSeed {
  slug: string;
  name: string;
  kind: "merchant" | "agency" | "operator";
}

export interface PersonSeed {
  email: string;
  name: string;
  /** Organisation slug and role; the first is the one that sign-in opens. */
  roles: [
    slug: string,
    role: "admin" | "finance" | "viewer" | "fraud_analyst" | "device_manager" | "auditor",
  ][];
  /** Shown in the table of demo sign-ins with these words. */
  shownAs?: string;
}

/** Everybody in the demo signs in with it; the demo's data are made up and the servers listen on loopback. */
export const DEMO_PASSWORD = "harbor-demo";

export const OPERATOR: OrganisationSeed = { slug: "harbor-city", name: "Harbor City", kind: "operator" };

export const ORGANISATIONS: OrganisationSeed[] = [
  { slug: "voltway", name: "Voltway Charging", kind: "merchant" },
  { slug: "quayside-parking", name: "Quayside Parking", kind: "merchant" },
  { slug: "harbor-toll", name: "Harbor Toll", kind: "merchant" },
  { slug: "northline", name: "Northline Buses", kind: "merchant" },
  { slug: "brightmeter", name: "Brightmeter Energy", kind: "merchant" },
  { slug: "city-parking", name: "City Parking Authority", kind: "agency" },
  { slug: "metro-transit", name: "Metro Transit", kind: "agency" },
  { slug: "grid-co", name: "GridCo", kind: "agency" },
  { slug: "tax-office", name: "Tax Office", kind: "agency" },
  { slug: "pike-meters", name: "Pike Street Meters", kind: "merchant" },
  { slug: "emerald-streets", name: "Emerald Streets Authority", kind: "agency" },
  { slug: "sound-revenue", name: "Sound Revenue Office", kind: "agency" },
];

export const PEOPLE: PersonSeed[] = [
  {
    email: "olivia@harborcity.example",
    name: "Olivia Brandt",
    roles: [["harbor-city", "admin"]],
    shownAs: "Operator, admin",
  },
  {
    email: "ravi@harborcity.example",
    name: "Ravi Menon",
    roles: [["harbor-city", "finance"]],
    shownAs: "Operator, finance (second approver)",
  },
  {
    email: "mina@harborcity.example",
    name: "Mina Sato",
    roles: [["harbor-city", "fraud_analyst"]],
    shownAs: "Operator, fraud analyst",
  },
  { email: "petra@harborcity.example", name: "Petra Lund", roles: [["harbor-city", "admin"]] },
  { email: "jonas@harborcity.example", name: "Jonas Lie", roles: [["harbor-city", "device_manager"]] },
  { email: "ada@harborcity.example", name: "Ada Kumar", roles: [["harbor-city", "auditor"]] },
  {
    email: "sam@voltway.example",
    name: "Sam Ruiz",
    roles: [
      ["voltway", "admin"],
      ["quayside-parking", "viewer"],
    ],
    shownAs: "Merchant, Voltway Charging",
  },
  { email: "lea@voltway.example", name: "Lea Novak", roles: [["voltway", "finance"]] },
  {
    email: "kim@quayside.example",
    name: "Kim Doyle",
    roles: [["quayside-parking", "admin"]],
    shownAs: "Merchant, Quayside Parking",
  },
  { email: "tove@harbortoll.example", name: "Tove Aas", roles: [["harbor-toll", "admin"]] },
  { email: "emil@northline.example", name: "Emil Hart", roles: [["northline", "admin"]] },
  { email: "noor@brightmeter.example", name: "Noor Aziz", roles: [["brightmeter", "admin"]] },
  {
    email: "ana@metrotransit.example",
    name: "Ana Costa",
    roles: [["metro-transit", "admin"]],
    shownAs: "Agency, Metro Transit",
  },
  {
    email: "piet@cityparking.example",
    name: "Piet Vos",
    roles: [["city-parking", "admin"]],
    shownAs: "Agency, City Parking Authority",
  },
  { email: "ines@gridco.example", name: "Ines Falk", roles: [["grid-co", "admin"]] },
  { email: "otto@taxoffice.example", name: "Otto Lind", roles: [["tax-office", "admin"]] },
  { email: "wren@pikemeters.example", name: "Wren Abbott", roles: [["pike-meters", "admin"]] },
  { email: "hugo@emeraldstreets.example", name: "Hugo Marsh", roles: [["emerald-streets", "admin"]] },
  { email: "faye@soundrevenue.example", name: "Faye Okoro", roles: [["sound-revenue", "admin"]] },
];

export interface ProgramSeed {
  slug: string;
  name: string;
  currency: "EUR" | "USD";
  timeZone: string;
  calendar: { every: "day"; cutOff: string; payoutDelayBusinessDays: number };
  parties: string[];
}

export const HARBOR_CITY: ProgramSeed = {
  slug: "harbor-city-mobility",
  name: "Harbor City Mobility",
  currency: "EUR",
  timeZone: "Europe/Oslo",
  calendar: { every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 },
  parties: [
    "voltway",
    "quayside-parking",
    "harbor-toll",
    "northline",
    "brightmeter",
    "city-parking",
    "metro-transit",
    "grid-co",
    "tax-office",
  ],
};

/** A program for records that somebody else took years ago; the import page's sample file goes here. */
export const SEATTLE: ProgramSeed = {
  slug: "seattle-street-parking",
  name: "Seattle Street Parking",
  currency: "USD",
  timeZone: "America/Los_Angeles",
  calendar: { every: "day", cutOff: "23:00", payoutDelayBusinessDays: 1 },
  parties: ["pike-meters", "emerald-streets", "sound-revenue"],
};

/** The account that each party is paid to: holder's bank and an IBAN whose check digits are right. */
export const BANKS = ["Fjord Bank", "Nordlys Sparebank", "Harbor Mutual", "Kaiside Bank"] as const;

export interface SiteSeed {
  merchant: string;
  kind: DeviceKind;
  count: number;
  /** Largest single payment in major units. */
  maxAmount: string;
  label: (index: number) => string;
  sites: { name: string; zone: string; latitude: number; longitude: number }[];
}

const QUAY = { name: "Quay 3", zone: "harbor", latitude: 59.9075, longitude: 10.7361 };
const MARKET = { name: "Market Street", zone: "centre", latitude: 59.9133, longitude: 10.7461 };
const MILL = { name: "Mill Road", zone: "mill", latitude: 59.9236, longitude: 10.7513 };
const STATION = { name: "Central Station", zone: "centre", latitude: 59.9109, longitude: 10.7527 };
const HILL = { name: "Hill Park", zone: "hill", latitude: 59.9277, longitude: 10.7202 };
const NORTH = { name: "North Gate", zone: "ring", latitude: 59.9502, longitude: 10.7623 };
const SOUTH = { name: "South Gate", zone: "ring", latitude: 59.8801, longitude: 10.7909 };

const padded = (index: number, width: number) => String(index).padStart(width, "0");

export const SITES: SiteSeed[] = [
  {
    merchant: "voltway",
    kind: "ev_charger",
    count: 20,
    maxAmount: "150.00",
    label: (i) => `EV charger ${padded(410 + i, 4)}`,
    sites: [QUAY, MILL, MARKET, NORTH],
  },
  {
    merchant: "quayside-parking",
    kind: "parking_meter",
    count: 24,
    maxAmount: "60.00",
    label: (i) => `Parking meter ${2130 + i}`,
    sites: [QUAY, MARKET, STATION, HILL],
  },
  {
    merchant: "quayside-parking",
    kind: "phone",
    count: 6,
    maxAmount: "60.00",
    label: (i) => `Parking app ${String.fromCharCode(65 + i)}`,
    sites: [MARKET, HILL],
  },
  {
    merchant: "harbor-toll",
    kind: "toll_gate",
    count: 8,
    maxAmount: "30.00",
    label: (i) => `Toll gate ${i < 4 ? "N" : "S"}${(i % 4) + 1}`,
    sites: [NORTH, SOUTH],
  },
  {
    merchant: "northline",
    kind: "transit_validator",
    count: 18,
    maxAmount: "20.00",
    label: (i) => `Bus validator ${80 + i}`,
    sites: [STATION, MILL, HILL, QUAY],
  },
  {
    merchant: "brightmeter",
    kind: "smart_meter",
    count: 10,
    maxAmount: "200.00",
    label: (i) => `Smart meter ${5500 + i}`,
    sites: [MILL, HILL],
  },
];
