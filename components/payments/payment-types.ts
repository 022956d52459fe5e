/** What the views of a payment need; the portals' routers answer with at least this. */
export interface MoneyText {
  amount: string;
  currency: string;
}

/** What an allowance paid of a payment, in units and in what those would have cost. */
export interface AllowancePart {
  unit: string;
  quantity: string;
  /** What the payment was for, in the same unit. */
  of: string | null;
  covered: MoneyText;
  price: MoneyText;
}

export interface PaymentRow {
  id: string;
  state: string;
  amount: MoneyText;
  captured: MoneyText;
  refunded: MoneyText;
  allowance: AllowancePart | null;
  deviceKind: string;
  device: { id: string; name: string } | null;
  merchant: { id: string; slug: string; name: string };
  program: { id: string; slug: string; name: string };
  zone: string | null;
  source: string;
  instrument: string;
  description: string | null;
  quantity: Record<string, string> | null;
  declineReason: string | null;
  riskScore: number | null;
  flags: readonly { code: string; sentence: string }[];
  occurredAt: string;
  capturedAt: string | null;
}

export interface PaymentMoment {
  at: string;
  kind: string;
  detail: Record<string, unknown>;
}

export interface PaymentRefund {
  id: string;
  ordinal: number;
  amount: MoneyText;
  reason: string;
  createdAt: string;
  createdBy: string | null;
}
