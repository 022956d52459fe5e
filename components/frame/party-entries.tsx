import { CreditCard, Handshake, Users } from "lucide-react";
import type { NavGroup } from "@/components/frame/types";
import type { Attention } from "@/server/reporting/schema";

type Entry = NavGroup["items"][number];

export function agreementsEntry(base: string, { agreements }: Attention): Entry {
  return {
    href: `${base}/agreements`,
    label: "Agreements",
    icon: <Handshake />,
    count: agreements || null,
    countTone: "accent",
  };
}

/** Where a party's own second person is asked, with how much waits there. */
export function secondPersonEntries(base: string, { secondPerson }: Attention): Entry[] {
  return [
    {
      href: `${base}/bank-accounts`,
      label: "Bank accounts",
      icon: <CreditCard />,
      count: secondPerson.accounts || null,
      countTone: "accent",
    },
    {
      href: `${base}/team`,
      label: "Team",
      icon: <Users />,
      count: secondPerson.team || null,
      countTone: "accent",
    },
  ];
}
