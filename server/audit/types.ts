export interface AuditEntry {
  id: string;
  /** Grows with every entry; the key of paging. */
  seq: bigint;
  at: Date;
  actorKind: "user" | "device" | "system";
  actorId: string | null;
  actorPart: string | null;
  organisationId: string | null;
  action: string;
  subjectKind: string;
  subjectId: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  requestId: string | null;
  /** From where it was asked; null for what the platform did by itself. */
  address: string | null;
}

export interface AuditFilter {
  /** A whole action ("payout.paid") or its first words ("payout"). */
  action?: string | undefined;
  actorId?: string | undefined;
  organisationId?: string | undefined;
  subjectId?: string | undefined;
  subjectKind?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}
