/** Defects of the ledger's SQL, each of which the comparison with the model must catch. */

export interface SqlDefect {
  name: string;
  /** A function of the schema ledger, or the beginning of several names with "%". */
  place: string;
  good: string;
  bad: string;
}

export const SQL_DEFECTS: readonly SqlDefect[] = [
  {
    name: "a missing idempotency check: an id that stands is taken for a new one",
    place: "apply_run",
    good: "WHEN known THEN CASE",
    bad: "WHEN known AND false THEN CASE",
  },
  {
    name: "a post releases only what it posts",
    place: "apply_run",
    good: "THEN -j.q_amount ELSE 0 END AS pd",
    bad: "THEN -j.amt ELSE 0 END AS pd",
  },
  {
    name: "a limit is off by one",
    place: "apply_run",
    good: "wd.dp + wd.d > wd.c THEN",
    bad: "wd.dp + wd.d > wd.c + 1 THEN",
  },
  {
    name: "the usual path forgets the limit",
    place: "post_plain_%",
    good: "a.debits_pending + a.debits_posted + s.dp + s.d <= a.credits_posted",
    bad: "true",
  },
  {
    name: "an id that failed may be used again",
    place: "apply_run",
    good: "WHEN failed THEN 'id_already_failed'",
    bad: "WHEN false THEN ''",
  },
  {
    name: "a retry is not compared",
    place: "apply_run",
    good: "WHEN x_flags <> flags THEN 'exists_with_different_flags'",
    bad: "WHEN false THEN ''",
  },
  {
    name: "a resolved pending transfer may be resolved again",
    place: "apply_run",
    good: "WHEN resolves AND resolved_by & 4 <> 0 THEN 'pending_transfer_already_posted'",
    bad: "WHEN false THEN ''",
  },
  {
    name: "an expired one may be posted",
    place: "apply_run",
    good: "AND expires_at <= p_now)",
    bad: "AND expires_at <= p_now - interval '1 hour')",
  },
  {
    name: "a chain is not undone",
    place: "post_chain",
    good: "IF failed IS NOT NULL AND size > 1 THEN RAISE",
    bad: "IF false THEN RAISE",
  },
  {
    name: "a running counter is that of the account before",
    place: "post_plain_%",
    good: "d.d + ledger.sum_bigint(e.qd) OVER hd AS d",
    bad: "d.d AS d",
  },
  {
    name: "late legs are not booked",
    place: "note_late",
    good: "WHERE q.late WINDOW",
    bad: "WHERE false WINDOW",
  },
];
