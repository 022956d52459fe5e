-- The ledger: accounts, transfers, and the functions that are the only way to post.
-- Every table of it lives in schema "ledger"; the application may read and call, never write.
CREATE SCHEMA ledger;
GRANT USAGE ON SCHEMA ledger TO purse_app;

-- A running sum over bigint that stays bigint; the built-in sum() widens to numeric for every row.
CREATE AGGREGATE ledger.sum_bigint(bigint) (SFUNC = int8pl, STYPE = bigint, INITCOND = '0', PARALLEL = SAFE);

-- The ledger's clock, in one place.
CREATE FUNCTION ledger.clock() RETURNS timestamptz LANGUAGE sql VOLATILE
  SET search_path = pg_catalog AS $$ SELECT clock_timestamp() $$;

CREATE TABLE ledger.account (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL,
  owner_ref text,
  program_ref uuid,
  created_at timestamptz NOT NULL,
  -- Ledger time of the newest transfer: the next one is later, so that an account's history has one order.
  last_recorded_at timestamptz NOT NULL,
  debits_pending bigint NOT NULL DEFAULT 0,
  debits_posted bigint NOT NULL DEFAULT 0,
  credits_pending bigint NOT NULL DEFAULT 0,
  credits_posted bigint NOT NULL DEFAULT 0,
  currency char(3) NOT NULL,
  code smallint NOT NULL,
  -- Newest business time among its debits and among its credits; what comes with an older one is late.
  debit_effective_at timestamptz NOT NULL DEFAULT '-infinity',
  credit_effective_at timestamptz NOT NULL DEFAULT '-infinity',
  -- 2 debits_must_not_exceed_credits, 4 credits_must_not_exceed_debits, 8 history, as they were created.
  flags smallint NOT NULL DEFAULT 0,
  closed boolean NOT NULL DEFAULT false,
  -- Few and cheap: they are evaluated at every posting. A sum past the range of bigint fails as well.
  CONSTRAINT account_counters CHECK (debits_pending >= 0 AND debits_posted >= 0 AND credits_pending >= 0
    AND credits_posted >= 0 AND debits_pending + debits_posted >= 0 AND credits_pending + credits_posted >= 0),
  CONSTRAINT account_limits CHECK (CASE flags & 6 WHEN 0 THEN true
    WHEN 2 THEN debits_pending + debits_posted <= credits_posted
    WHEN 4 THEN credits_pending + credits_posted <= debits_posted ELSE false END)
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX account_id_key ON ledger.account (id);
CREATE INDEX account_chart_idx ON ledger.account (currency, code, no);
CREATE INDEX account_owner_idx ON ledger.account (owner_ref) WHERE owner_ref IS NOT NULL;

CREATE SEQUENCE ledger.transfer_seq AS bigint;

-- One row: one debit and one credit of one amount. A debit changes only the debit counters of its account and a
-- credit only the credit counters, so two counters a side, as they were just after it, are the whole history.
CREATE TABLE ledger.transfer (
  seq bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  effective_at timestamptz NOT NULL,
  debit_no bigint NOT NULL,
  credit_no bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  -- debits_pending and debits_posted of the debit account; credits_pending and credits_posted of the credit account.
  debit_pending bigint NOT NULL,
  debit_posted bigint NOT NULL,
  credit_pending bigint NOT NULL,
  credit_posted bigint NOT NULL,
  id uuid NOT NULL,
  timeout_seconds integer NOT NULL,
  code smallint NOT NULL,
  -- 1 linked, 2 pending, 4 post_pending, 8 void_pending, 16/32 balancing, 64/128 closing, as they were sent.
  -- Set by the ledger: 4096 expiry, 8192/16384 its business time is older than that of an earlier debit/credit.
  flags smallint NOT NULL,
  journal_id uuid,
  pending_id uuid,
  CONSTRAINT transfer_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX transfer_seq_key ON ledger.transfer (seq);
CREATE INDEX transfer_debit_idx ON ledger.transfer (debit_no, recorded_at);
CREATE INDEX transfer_credit_idx ON ledger.transfer (credit_no, recorded_at);
CREATE INDEX transfer_journal_idx ON ledger.transfer (journal_id) WHERE journal_id IS NOT NULL;
-- A pending transfer is resolved at most once: by the one transfer that names it.
CREATE UNIQUE INDEX transfer_pending_key ON ledger.transfer (pending_id) WHERE pending_id IS NOT NULL;

-- Pending transfers that can expire and are not resolved; the expiry worker's list, nothing more.
CREATE TABLE ledger.pending_timeout (
  transfer_id uuid PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX pending_timeout_expires_idx ON ledger.pending_timeout (expires_at);

-- Ids whose first attempt failed for a reason that could pass; they stay failed.
CREATE TABLE ledger.failed_id (
  id uuid PRIMARY KEY,
  failed_at timestamptz NOT NULL
);

-- The legs that came late in business time, with the running sum of them in ledger order, and their sums by
-- calendar bucket of business time (60 s, 3600 s, 1 day, 32 days). With them a balance by business time is the
-- counters at the last punctual leg, plus late ones up to the moment, minus those that the counters contain already.
CREATE TABLE ledger.late_leg (
  account_no bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  effective_at timestamptz NOT NULL,
  -- Ledger time of the last punctual leg of this side before it; null if there was none.
  anchor_at timestamptz,
  pending bigint NOT NULL,
  posted bigint NOT NULL,
  -- What is pending comes and goes, so a sum over the late ones alone can pass the range of bigint.
  pending_sum numeric NOT NULL,
  posted_sum bigint NOT NULL,
  is_debit boolean NOT NULL,
  PRIMARY KEY (account_no, is_debit, recorded_at)
);
CREATE INDEX late_leg_effective_idx ON ledger.late_leg (account_no, is_debit, effective_at);
CREATE TABLE ledger.late_sum (
  account_no bigint NOT NULL,
  bucket bigint NOT NULL,
  pending numeric NOT NULL,
  posted bigint NOT NULL,
  seconds integer NOT NULL,
  is_debit boolean NOT NULL,
  PRIMARY KEY (account_no, is_debit, seconds, bucket)
) WITH (fillfactor = 80);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger.% is append-only: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Correct with a new transfer.';
END $$;
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.transfer
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.transfer ENABLE ALWAYS TRIGGER transfer_append_only;
CREATE TRIGGER account_permanent BEFORE DELETE OR TRUNCATE ON ledger.account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.account ENABLE ALWAYS TRIGGER account_permanent;
CREATE TRIGGER account_identity BEFORE UPDATE OF no, id, owner_ref, program_ref, currency, code, flags, created_at
  ON ledger.account FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.account ENABLE ALWAYS TRIGGER account_identity;

-- Creates accounts from a JSON array of events and answers one result code for each, in order. Linked events
-- (flag 1) succeed or fail together. Few are created and seldom, so this works event by event.
CREATE FUNCTION ledger.create_accounts(p_events jsonb) RETURNS text[]
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  zero CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  top CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  n integer := jsonb_array_length(p_events);
  codes text[] := array_fill('created'::text, ARRAY[n]);
  first integer := 1;
  last integer;
  failed integer;
  e jsonb;
  old ledger.account;
  v_id uuid; v_flags integer; v_code integer; v_currency text; v_owner text; v_program uuid; v_at timestamptz;
BEGIN
  WHILE first <= n LOOP
    last := first;
    WHILE last < n AND ((p_events -> (last - 1) ->> 'flags')::integer & 1) = 1 LOOP last := last + 1; END LOOP;
    failed := NULL;
    BEGIN
      FOR i IN first .. last LOOP
        e := p_events -> (i - 1);
        v_id := coalesce((e ->> 'id')::uuid, zero);
        v_flags := coalesce((e ->> 'flags')::integer, 0);
        v_code := coalesce((e ->> 'code')::integer, 0);
        v_currency := coalesce(e ->> 'currency', '');
        v_owner := e ->> 'owner_ref';
        v_program := (e ->> 'program_ref')::uuid;
        IF i = n AND v_flags & 1 = 1 THEN codes[i] := 'linked_event_chain_open';
        ELSIF coalesce(e ->> 'recorded_at', '0') <> '0' THEN codes[i] := 'timestamp_must_be_zero';
        ELSIF coalesce((e ->> 'reserved')::numeric, 0) <> 0 THEN codes[i] := 'reserved_field';
        ELSIF v_flags & ~47 <> 0 THEN codes[i] := 'reserved_flag';
        ELSIF v_id = zero THEN codes[i] := 'id_must_not_be_zero';
        ELSIF v_id = top THEN codes[i] := 'id_must_not_be_int_max';
        ELSE
          SELECT * INTO old FROM ledger.account WHERE id = v_id;
          IF FOUND THEN
            codes[i] := CASE
              WHEN old.flags <> v_flags THEN 'exists_with_different_flags'
              WHEN old.owner_ref IS DISTINCT FROM v_owner THEN 'exists_with_different_owner_ref'
              WHEN old.program_ref IS DISTINCT FROM v_program THEN 'exists_with_different_program_ref'
              WHEN old.currency <> v_currency THEN 'exists_with_different_ledger'
              WHEN old.code <> v_code THEN 'exists_with_different_code'
              ELSE 'exists' END;
          ELSE
            codes[i] := CASE
              WHEN v_flags & 6 = 6 THEN 'flags_are_mutually_exclusive'
              WHEN coalesce((e ->> 'debits_pending')::numeric, 0) <> 0 THEN 'debits_pending_must_be_zero'
              WHEN coalesce((e ->> 'debits_posted')::numeric, 0) <> 0 THEN 'debits_posted_must_be_zero'
              WHEN coalesce((e ->> 'credits_pending')::numeric, 0) <> 0 THEN 'credits_pending_must_be_zero'
              WHEN coalesce((e ->> 'credits_posted')::numeric, 0) <> 0 THEN 'credits_posted_must_be_zero'
              WHEN v_currency = '' THEN 'ledger_must_not_be_zero'
              WHEN v_code = 0 THEN 'code_must_not_be_zero'
              ELSE 'created' END;
            IF codes[i] = 'created' THEN
              IF v_currency !~ '^[A-Z]{3}$' OR v_code < 0 THEN
                RAISE EXCEPTION 'account %: currency "%" or code % cannot be', v_id, v_currency, v_code
                  USING ERRCODE = 'invalid_parameter_value';
              END IF;
              v_at := ledger.clock();
              INSERT INTO ledger.account (id, owner_ref, program_ref, created_at, last_recorded_at, currency, code, flags, closed)
              VALUES (v_id, v_owner, v_program, v_at, v_at, v_currency, v_code, v_flags, v_flags & 32 <> 0)
              ON CONFLICT (id) DO NOTHING;
              -- Somebody else created it between our look and our insert; the caller's retry will see it.
              IF NOT FOUND THEN RAISE EXCEPTION 'account % was created concurrently', v_id USING ERRCODE = '40001'; END IF;
            END IF;
          END IF;
        END IF;
        IF codes[i] <> 'created' THEN failed := coalesce(failed, i); EXIT; END IF;
      END LOOP;
      IF failed IS NOT NULL AND last > first THEN RAISE EXCEPTION 'chain' USING ERRCODE = 'PL001'; END IF;
    EXCEPTION WHEN SQLSTATE 'PL001' THEN NULL;
    END;
    IF failed IS NOT NULL AND last > first THEN
      FOR i IN first .. last LOOP
        IF i <> failed THEN codes[i] := 'linked_event_failed'; END IF;
      END LOOP;
      IF last = n AND ((p_events -> (n - 1) ->> 'flags')::integer & 1) = 1 THEN codes[n] := 'linked_event_chain_open'; END IF;
    END IF;
    first := last + 1;
  END LOOP;
  RETURN codes;
END $$;

-- Refusals that could pass later; their ids are remembered, so that a late retry cannot succeed by surprise.
CREATE FUNCTION ledger.is_transient(p_code text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_code = ANY ('{debit_account_not_found,credit_account_not_found,pending_transfer_not_found,exceeds_credits,exceeds_debits,debit_account_already_closed,credit_account_already_closed}'::text[])
$$;

-- Judges the events lo..hi and applies them set-wise up to the first one whose failure depends on what came before
-- it in the run, or that takes its chain with it. Events that fail by themselves and stand alone are answered and
-- left out; they change nothing. The caller has locked the accounts p_nos and guarantees that no event of the run
-- refers to another one of it. Gives the codes, and where it had to stop (null: it went through). Checks stand in
-- TigerBeetle's order of precedence; the first that fails names the result.
CREATE FUNCTION ledger.apply_run(
  p_lo integer, p_hi integer, p_now timestamptz, p_nos bigint[], p_alone boolean,
  p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[], p_flags smallint[],
  p_pending uuid[], p_timeout integer[], p_currency text[], p_journal uuid[], p_effective timestamptz[],
  p_recorded timestamptz[], p_chain integer[],
  OUT codes text[], OUT stopped_at integer, OUT stopped_code text, OUT some_late boolean)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
  SET enable_nestloop = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
  zero CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  top CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  whole CONSTANT bigint := 9223372036854775807;
  last_moment CONSTANT timestamptz := '9999-12-31 00:00:00+00';
  v_ids uuid[] := p_id[p_lo:p_hi];
  v_pendings uuid[] := coalesce(p_pending[p_lo:p_hi], '{}');
BEGIN
  WITH e AS MATERIALIZED (
    SELECT p_lo + u.ord::integer - 1 AS ord, nullif(u.id, zero) AS id, nullif(u.debit, zero) AS debit,
      nullif(u.credit, zero) AS credit, u.amount, coalesce(u.code, 0::smallint) AS code,
      coalesce(u.flags, 0::smallint) AS flags, nullif(u.pending, zero) AS pending,
      coalesce(u.timeout, 0) AS timeout, u.currency, u.journal, u.effective, u.recorded, u.chain,
      u.chain IS NOT NULL AND NOT p_alone AS chained, coalesce(u.flags, 0::smallint) & 12 <> 0 AS resolves
    FROM unnest(v_ids, p_debit[p_lo:p_hi], p_credit[p_lo:p_hi], p_amount[p_lo:p_hi], p_code[p_lo:p_hi],
      p_flags[p_lo:p_hi], p_pending[p_lo:p_hi], p_timeout[p_lo:p_hi], p_currency[p_lo:p_hi],
      p_journal[p_lo:p_hi], p_effective[p_lo:p_hi], p_recorded[p_lo:p_hi], p_chain[p_lo:p_hi])
      WITH ORDINALITY AS u(id, debit, credit, amount, code, flags, pending, timeout, currency, journal, effective,
        recorded, chain, ord)
  ), a AS MATERIALIZED (
    SELECT * FROM ledger.account WHERE no = ANY (p_nos)
  ), x AS MATERIALIZED (
    SELECT t.id, t.flags & 4351 AS flags, t.pending_id, t.timeout_seconds, t.amount, t.code, t.journal_id,
      nullif(t.effective_at, t.recorded_at) AS effective,
      (SELECT y.id FROM ledger.account y WHERE y.no = t.debit_no) AS debit,
      (SELECT y.id FROM ledger.account y WHERE y.no = t.credit_no) AS credit,
      (SELECT y.currency::text FROM ledger.account y WHERE y.no = t.debit_no) AS currency
    FROM ledger.transfer t WHERE t.id = ANY (v_ids)
  ), f AS MATERIALIZED (
    SELECT id FROM ledger.failed_id WHERE id = ANY (v_ids)
  ), p AS MATERIALIZED (
    SELECT t.id, t.flags, t.amount, t.code, t.journal_id,
      t.recorded_at + t.timeout_seconds * interval '1 second' AS expires_at, t.timeout_seconds,
      (SELECT y.id FROM ledger.account y WHERE y.no = t.debit_no) AS debit,
      (SELECT y.id FROM ledger.account y WHERE y.no = t.credit_no) AS credit,
      (SELECT r.flags FROM ledger.transfer r WHERE r.pending_id = t.id) AS resolved_by
    FROM ledger.transfer t
    WHERE t.id = ANY (v_pendings) AND t.debit_no + 0 = ANY (p_nos) AND t.credit_no + 0 = ANY (p_nos)
  ), j AS MATERIALIZED (
    SELECT e.*, x.id IS NOT NULL AS known, x.flags AS x_flags, x.pending_id AS x_pending,
      x.timeout_seconds AS x_timeout, x.amount AS x_amount, x.code AS x_code, x.journal_id AS x_journal,
      x.effective AS x_effective, x.debit AS x_debit, x.credit AS x_credit, x.currency AS x_currency,
      f.id IS NOT NULL AS failed, p.id IS NOT NULL AS q_found, p.flags AS q_flags, p.amount AS q_amount,
      p.code AS q_code, p.journal_id AS q_journal, p.expires_at, p.timeout_seconds AS q_timeout,
      p.debit AS q_debit, p.credit AS q_credit, p.resolved_by,
      d.no AS d_no, d.currency AS d_currency, d.flags AS d_flags, d.closed AS d_closed,
      d.debits_pending AS d_dp, d.debits_posted AS d_d,
      c.no AS c_no, c.currency AS c_currency, c.flags AS c_flags, c.closed AS c_closed,
      c.credits_pending AS c_cp, c.credits_posted AS c_c,
      coalesce(e.effective, p_now + e.ord * interval '1 microsecond') AS eff,
      CASE
        WHEN e.flags & 4 <> 0 AND (e.amount IS NULL OR e.amount = whole) THEN p.amount
        WHEN e.flags & 8 <> 0 AND coalesce(e.amount, 0) = 0 THEN p.amount
        WHEN e.flags & 48 = 0 OR d.no IS NULL OR c.no IS NULL THEN e.amount
        ELSE least(e.amount,
          CASE WHEN e.flags & 16 <> 0
            THEN greatest(d.credits_posted - d.debits_posted - d.debits_pending, 0) ELSE e.amount END,
          CASE WHEN e.flags & 32 <> 0
            THEN greatest(c.debits_posted - c.credits_posted - c.credits_pending, 0) ELSE e.amount END)
      END AS amt
    FROM e
    LEFT JOIN x ON x.id = e.id
    LEFT JOIN f ON f.id = e.id
    LEFT JOIN p ON p.id = e.pending AND e.resolves
    LEFT JOIN a d ON d.id = CASE WHEN p.id IS NULL THEN e.debit ELSE p.debit END
    LEFT JOIN a c ON c.id = CASE WHEN p.id IS NULL THEN e.credit ELSE p.credit END
  ), v AS MATERIALIZED (
    SELECT j.*,
      CASE WHEN j.flags & 2 <> 0 THEN j.amt WHEN j.resolves THEN -j.q_amount ELSE 0 END AS pd,
      CASE WHEN j.flags & 10 = 0 THEN j.amt ELSE 0 END AS qd,
      CASE
        WHEN recorded IS NOT NULL THEN 'timestamp_must_be_zero'
        WHEN flags & ~255 <> 0 THEN 'reserved_flag'
        WHEN id IS NULL THEN 'id_must_not_be_zero'
        WHEN id = top THEN 'id_must_not_be_int_max'
        WHEN known THEN CASE
          WHEN x_flags <> flags THEN 'exists_with_different_flags'
          WHEN x_pending IS DISTINCT FROM pending THEN 'exists_with_different_pending_id'
          WHEN x_timeout <> timeout THEN 'exists_with_different_timeout'
          WHEN NOT (resolves AND debit IS NULL) AND x_debit IS DISTINCT FROM debit
            THEN 'exists_with_different_debit_account_id'
          WHEN NOT (resolves AND credit IS NULL) AND x_credit IS DISTINCT FROM credit
            THEN 'exists_with_different_credit_account_id'
          WHEN CASE WHEN flags & 48 <> 0 THEN amount < x_amount
            WHEN resolves THEN amt IS DISTINCT FROM x_amount
            ELSE amount IS DISTINCT FROM x_amount END THEN 'exists_with_different_amount'
          WHEN x_journal IS DISTINCT FROM CASE WHEN resolves THEN coalesce(journal, q_journal) ELSE journal END
            THEN 'exists_with_different_journal_id'
          WHEN x_effective IS DISTINCT FROM effective THEN 'exists_with_different_effective_at'
          WHEN currency IS NOT NULL AND NOT (resolves AND currency = '') AND currency <> x_currency
            THEN 'exists_with_different_ledger'
          WHEN NOT (resolves AND code = 0) AND x_code <> code THEN 'exists_with_different_code'
          ELSE 'exists' END
        WHEN failed THEN 'id_already_failed'
        WHEN flags & 12 = 12 OR (resolves AND flags & 242 <> 0) THEN 'flags_are_mutually_exclusive'
        WHEN resolves AND pending IS NULL THEN 'pending_id_must_not_be_zero'
        WHEN resolves AND pending = top THEN 'pending_id_must_not_be_int_max'
        WHEN resolves AND pending = id THEN 'pending_id_must_be_different'
        WHEN NOT resolves AND debit IS NULL THEN 'debit_account_id_must_not_be_zero'
        WHEN NOT resolves AND debit = top THEN 'debit_account_id_must_not_be_int_max'
        WHEN NOT resolves AND credit IS NULL THEN 'credit_account_id_must_not_be_zero'
        WHEN NOT resolves AND credit = top THEN 'credit_account_id_must_not_be_int_max'
        WHEN NOT resolves AND debit = credit THEN 'accounts_must_be_different'
        WHEN NOT resolves AND pending IS NOT NULL THEN 'pending_id_must_be_zero'
        WHEN flags & 2 = 0 AND timeout <> 0 THEN 'timeout_reserved_for_pending_transfer'
        WHEN timeout < 0 THEN 'timeout_must_not_be_negative'
        WHEN flags & 2 = 0 AND flags & 192 <> 0 THEN 'closing_transfer_must_be_pending'
        WHEN resolves AND NOT q_found THEN 'pending_transfer_not_found'
        WHEN resolves AND q_flags & 2 = 0 THEN 'pending_transfer_not_pending'
        WHEN resolves AND debit <> q_debit THEN 'pending_transfer_has_different_debit_account_id'
        WHEN resolves AND credit <> q_credit THEN 'pending_transfer_has_different_credit_account_id'
        WHEN resolves AND currency <> '' AND currency <> d_currency THEN 'pending_transfer_has_different_ledger'
        WHEN resolves AND code <> 0 AND code <> q_code THEN 'pending_transfer_has_different_code'
        WHEN amt < 0 OR amt IS NULL AND NOT resolves THEN 'amount_must_not_be_negative'
        WHEN resolves AND amt > q_amount THEN 'exceeds_pending_transfer_amount'
        WHEN flags & 8 <> 0 AND amt <> q_amount THEN 'pending_transfer_has_different_amount'
        WHEN resolves AND resolved_by & 4 <> 0 THEN 'pending_transfer_already_posted'
        WHEN resolves AND resolved_by & 8 <> 0 THEN 'pending_transfer_already_voided'
        WHEN resolves AND (resolved_by IS NOT NULL OR q_timeout > 0 AND expires_at <= p_now)
          THEN 'pending_transfer_expired'
        WHEN NOT resolves AND currency = '' THEN 'ledger_must_not_be_zero'
        WHEN NOT resolves AND code <= 0 THEN 'code_must_not_be_zero'
        WHEN d_no IS NULL THEN 'debit_account_not_found'
        WHEN c_no IS NULL THEN 'credit_account_not_found'
        WHEN d_currency <> c_currency THEN 'accounts_must_have_the_same_ledger'
        WHEN NOT resolves AND currency <> d_currency THEN 'transfer_must_have_the_same_ledger_as_accounts'
        WHEN flags & 8 = 0 AND d_closed THEN 'debit_account_already_closed'
        WHEN flags & 8 = 0 AND c_closed THEN 'credit_account_already_closed'
        WHEN resolves THEN 'created'
        WHEN flags & 2 <> 0 AND amt > whole - d_dp THEN 'overflows_debits_pending'
        WHEN flags & 2 <> 0 AND amt > whole - c_cp THEN 'overflows_credits_pending'
        WHEN amt > whole - d_d THEN 'overflows_debits_posted'
        WHEN amt > whole - c_c THEN 'overflows_credits_posted'
        WHEN amt > whole - d_d - d_dp THEN 'overflows_debits'
        WHEN amt > whole - c_c - c_cp THEN 'overflows_credits'
        WHEN timeout > 0 AND p_now + timeout * interval '1 second' >= last_moment THEN 'overflows_timeout'
        ELSE 'created'
      END AS verdict
    FROM j
  ), legs AS MATERIALIZED (
    SELECT ord, d_no AS no, pd AS dp, qd AS d, 0::bigint AS cp, 0::bigint AS c, true AS dr,
      eff AS d_eff, NULL::timestamptz AS c_eff,
      CASE WHEN flags & 64 <> 0 THEN 1 WHEN flags & 8 <> 0 AND q_flags & 64 <> 0 THEN -1 ELSE 0 END AS closing
    FROM v WHERE verdict = 'created'
    UNION ALL
    SELECT ord, c_no, 0, 0, pd, qd, false, NULL, eff,
      CASE WHEN flags & 128 <> 0 THEN 1 WHEN flags & 8 <> 0 AND q_flags & 128 <> 0 THEN -1 ELSE 0 END
    FROM v WHERE verdict = 'created'
  ), w AS MATERIALIZED (
    SELECT l.ord, l.dr,
      a.debits_pending + ledger.sum_bigint(l.dp) OVER h AS dp, a.debits_posted + ledger.sum_bigint(l.d) OVER h AS d,
      a.credits_pending + ledger.sum_bigint(l.cp) OVER h AS cp, a.credits_posted + ledger.sum_bigint(l.c) OVER h AS c,
      greatest(a.debit_effective_at, max(l.d_eff) OVER h) AS d_eff,
      greatest(a.credit_effective_at, max(l.c_eff) OVER h) AS c_eff
    FROM legs l JOIN a ON a.no = l.no
    WINDOW h AS (PARTITION BY l.no ORDER BY l.ord ROWS UNBOUNDED PRECEDING)
  ), z AS MATERIALIZED (
    SELECT v.*, wd.dp AS wd_dp, wd.d AS wd_d, wc.cp AS wc_cp, wc.c AS wc_c,
      CASE WHEN v.eff < wd.d_eff THEN 8192 ELSE 0 END | CASE WHEN v.eff < wc.c_eff THEN 16384 ELSE 0 END AS late,
      CASE
        WHEN v.verdict <> 'created' OR v.resolves THEN v.verdict
        WHEN v.d_flags & 2 <> 0 AND wd.dp + wd.d > wd.c THEN 'exceeds_credits'
        WHEN v.c_flags & 4 <> 0 AND wc.cp + wc.c > wc.d THEN 'exceeds_debits'
        ELSE 'created' END AS final
    FROM v LEFT JOIN w wd ON wd.ord = v.ord AND wd.dr LEFT JOIN w wc ON wc.ord = v.ord AND NOT wc.dr
  ), stop AS MATERIALIZED (
    SELECT ord, coalesce(CASE WHEN chained THEN chain END, ord) AS cut, final FROM z
    WHERE final <> 'created' AND (chained OR verdict = 'created') ORDER BY ord LIMIT 1
  ), done AS MATERIALIZED (
    SELECT z.* FROM z WHERE z.final = 'created' AND z.ord < coalesce((SELECT cut FROM stop), p_hi + 1) ORDER BY z.ord
  ), posted AS (
    INSERT INTO ledger.transfer (seq, recorded_at, effective_at, debit_no, credit_no, amount,
      debit_pending, debit_posted, credit_pending, credit_posted,
      id, timeout_seconds, code, flags, journal_id, pending_id)
    SELECT nextval('ledger.transfer_seq'), p_now + ord * interval '1 microsecond',
      eff, d_no, c_no, amt, wd_dp, wd_d, wc_cp, wc_c,
      id, timeout, CASE WHEN resolves THEN q_code ELSE code END, flags | late,
      CASE WHEN resolves THEN coalesce(journal, q_journal) ELSE journal END, pending
    FROM done
  ), counted AS (
    UPDATE ledger.account t SET debits_pending = t.debits_pending + s.dp, debits_posted = t.debits_posted + s.d,
      credits_pending = t.credits_pending + s.cp, credits_posted = t.credits_posted + s.c,
      last_recorded_at = p_now + s.ord * interval '1 microsecond',
      debit_effective_at = greatest(t.debit_effective_at, s.d_eff),
      credit_effective_at = greatest(t.credit_effective_at, s.c_eff),
      closed = CASE WHEN s.closing = 0 THEN t.closed ELSE s.closing > 0 END
    FROM (
      SELECT no, ledger.sum_bigint(dp) AS dp, ledger.sum_bigint(d) AS d, ledger.sum_bigint(cp) AS cp,
        ledger.sum_bigint(c) AS c, max(ord) AS ord, max(d_eff) AS d_eff, max(c_eff) AS c_eff, sum(closing) AS closing
      FROM legs WHERE ord IN (SELECT ord FROM done) GROUP BY no
    ) s
    WHERE t.no = s.no AND t.no = ANY (p_nos)
  ), timed AS (
    INSERT INTO ledger.pending_timeout (transfer_id, expires_at)
    SELECT id, p_now + ord * interval '1 microsecond' + timeout * interval '1 second' FROM done WHERE timeout > 0
  ), untimed AS (
    DELETE FROM ledger.pending_timeout
    WHERE transfer_id = ANY (v_pendings) AND transfer_id IN (SELECT pending FROM done WHERE resolves)
  ), remembered AS (
    INSERT INTO ledger.failed_id (id, failed_at)
    SELECT id, p_now FROM z WHERE ledger.is_transient(verdict) AND NOT chained
      AND ord < coalesce((SELECT cut FROM stop), p_hi + 1)
    ON CONFLICT DO NOTHING
  )
  SELECT array_agg(z.final ORDER BY z.ord), (SELECT ord FROM stop), (SELECT final FROM stop),
    coalesce((SELECT bool_or(late <> 0) FROM done), false)
  INTO codes, stopped_at, stopped_code, some_late FROM z;
END $$;

-- Books the late legs among the transfers p_ids that this call has just posted: those of its locked accounts p_nos
-- that were recorded after p_now. (Others may have been recorded by somebody else meanwhile.)
CREATE FUNCTION ledger.note_late(p_ids uuid[], p_now timestamptz, p_nos bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET enable_seqscan = off SET jit = off AS $$
BEGIN
  WITH t AS MATERIALIZED (
    SELECT y.recorded_at, y.effective_at, y.debit_no, y.credit_no, y.flags,
      CASE WHEN y.flags & 2 <> 0 THEN y.amount WHEN y.pending_id IS NOT NULL
        THEN -(SELECT q.amount FROM ledger.transfer q WHERE q.id = y.pending_id) ELSE 0 END AS pending,
      CASE WHEN y.flags & 4106 = 0 THEN y.amount ELSE 0 END AS posted
    FROM ledger.transfer y
    WHERE y.id = ANY (p_ids) AND y.recorded_at > p_now AND y.debit_no + 0 = ANY (p_nos)
  ), leg AS MATERIALIZED (
    SELECT debit_no AS no, true AS dr, flags & 8192 <> 0 AS late, recorded_at, effective_at, pending, posted FROM t
    UNION ALL
    SELECT credit_no, false, flags & 16384 <> 0, recorded_at, effective_at, pending, posted FROM t
  ), late AS MATERIALIZED (
    SELECT q.*, sum(q.pending) OVER h AS pending_sum, ledger.sum_bigint(q.posted) OVER h AS posted_sum
    FROM (
      SELECT leg.*, max(CASE WHEN leg.late THEN NULL ELSE leg.recorded_at END)
        OVER (PARTITION BY leg.no, leg.dr ORDER BY leg.recorded_at) AS anchor FROM leg) q
    WHERE q.late WINDOW h AS (PARTITION BY q.no, q.dr ORDER BY q.recorded_at ROWS UNBOUNDED PRECEDING)
  ), old AS MATERIALIZED (
    -- The last late leg of each side before this call, and the last punctual one, which a late one would name.
    SELECT k.no, k.dr, b.pending_sum, b.posted_sum,
      CASE WHEN n.late AND n.recorded_at = b.recorded_at THEN b.anchor_at ELSE n.recorded_at END AS anchor
    FROM (SELECT DISTINCT no, dr FROM late) k
    LEFT JOIN LATERAL (SELECT x.* FROM ledger.late_leg x WHERE x.account_no = k.no AND x.is_debit = k.dr
      ORDER BY x.recorded_at DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (
      (SELECT x.recorded_at, x.flags & 8192 <> 0 AS late FROM ledger.transfer x
        WHERE k.dr AND x.debit_no = k.no AND x.recorded_at <= p_now ORDER BY x.recorded_at DESC LIMIT 1)
      UNION ALL
      (SELECT x.recorded_at, x.flags & 16384 <> 0 FROM ledger.transfer x
        WHERE NOT k.dr AND x.credit_no = k.no AND x.recorded_at <= p_now ORDER BY x.recorded_at DESC LIMIT 1)
    ) n ON true
  ), kept AS (
    INSERT INTO ledger.late_leg (account_no, is_debit, recorded_at, effective_at, anchor_at, pending, posted,
      pending_sum, posted_sum)
    SELECT l.no, l.dr, l.recorded_at, l.effective_at, coalesce(l.anchor, o.anchor), l.pending, l.posted,
      l.pending_sum + coalesce(o.pending_sum, 0), l.posted_sum + coalesce(o.posted_sum, 0)
    FROM late l JOIN old o ON o.no = l.no AND o.dr = l.dr
  )
  INSERT INTO ledger.late_sum AS z (account_no, is_debit, seconds, bucket, pending, posted)
  SELECT l.no, l.dr, w.seconds, floor(extract(epoch FROM l.effective_at) / w.seconds)::bigint,
    sum(l.pending), ledger.sum_bigint(l.posted)
  FROM late l CROSS JOIN (VALUES (60), (3600), (86400), (2764800)) w(seconds)
  GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (account_no, is_debit, seconds, bucket)
    DO UPDATE SET pending = z.pending + excluded.pending, posted = z.posted + excluded.posted;
END $$;

-- The common path: new ids, plain or pending transfers, accounts found and open, limits far enough away. Posts the
-- whole batch set-wise and gives true, or changes nothing and gives false: then somebody has to look closer.
--
-- One statement in three cuts. The usual batch has one hot account on one side and different ones on the other: then
-- the hot side needs a running sum without partitions and the other side none at all.
DO $generate$
DECLARE
  template CONSTANT text := $template$
CREATE FUNCTION ledger.post_plain_CUT(
  p_now timestamptz, p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[],
  p_flags smallint[], p_pending uuid[], p_timeout integer[], p_currency text[], p_journal uuid[],
  p_effective timestamptz[], p_nos bigint[], p_tids tid[])
  RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
  SET enable_nestloop = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
  zero CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  top CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  v_count bigint; v_late boolean;
BEGIN
  WITH e AS MATERIALIZED (
    SELECT u.debit, u.credit, CASE WHEN u.flags & 2 <> 0 THEN u.amount ELSE 0 END AS pd,
      CASE WHEN u.flags & 2 <> 0 THEN 0 ELSE u.amount END AS qd, coalesce(u.effective, t.at) AS eff, u.ord, t.at,
      u.id, u.amount, u.code, coalesce(u.flags, 0::smallint) AS flags, coalesce(u.timeout, 0) AS timeout,
      u.journal, u.currency
    FROM unnest(p_id, p_debit, p_credit, p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective)
      WITH ORDINALITY AS u(id, debit, credit, amount, code, flags, pending, timeout, currency, journal, effective, ord)
    CROSS JOIN LATERAL (SELECT p_now + u.ord * interval '1 microsecond' AS at) t
    WHERE u.id > zero AND u.id < top AND u.debit <> u.credit AND u.amount >= 0 AND u.code > 0 AND u.pending IS NULL
      AND (u.flags IS NULL OR u.flags & ~3 = 0)
      AND (u.timeout IS NULL OR u.timeout = 0 OR u.flags & 2 <> 0 AND u.timeout > 0)
  ), before AS MATERIALIZED (
    -- The locked rows as they stand: RETURNING old.* exists from Postgres 18 on, and 15 has to do.
    SELECT b.id, b.debits_pending AS dp, b.debits_posted AS d, b.credits_pending AS cp, b.credits_posted AS c,
      b.debit_effective_at AS d_eff, b.credit_effective_at AS c_eff
    FROM ledger.account b WHERE b.ctid = ANY (p_tids)
  ), changed AS (
    UPDATE ledger.account a SET debits_pending = a.debits_pending + s.dp, debits_posted = a.debits_posted + s.d,
      credits_pending = a.credits_pending + s.cp, credits_posted = a.credits_posted + s.c,
      last_recorded_at = p_now + cardinality(p_id) * interval '1 microsecond',
      debit_effective_at = greatest(a.debit_effective_at, s.d_eff),
      credit_effective_at = greatest(a.credit_effective_at, s.c_eff)
    FROM (
      SUMS) s JOIN before b ON b.id = s.id
    WHERE a.id = s.id AND a.ctid = ANY (p_tids) AND NOT a.closed
      AND (a.flags & 2 = 0 OR a.debits_pending + a.debits_posted + s.dp + s.d <= a.credits_posted)
      AND (a.flags & 4 = 0 OR a.credits_pending + a.credits_posted + s.cp + s.c <= a.debits_posted)
    RETURNING a.no, a.id, a.currency, b.dp, b.d, b.cp, b.c, b.d_eff, b.c_eff
  ), posted AS (
    INSERT INTO ledger.transfer (seq, recorded_at, effective_at, debit_no, credit_no, amount,
      debit_pending, debit_posted, credit_pending, credit_posted, id, timeout_seconds, code, flags, journal_id)
    SELECT nextval('ledger.transfer_seq'), q.at, q.eff, q.d_no, q.c_no, q.amount, q.dp, q.d, q.cp, q.c,
      q.id, q.timeout, q.code, q.flags | CASE WHEN q.eff < q.d_eff THEN 8192 ELSE 0 END
        | CASE WHEN q.eff < q.c_eff THEN 16384 ELSE 0 END, q.journal
    FROM (
      SELECT e.ord, e.at, e.eff, e.amount, e.id, e.timeout, e.code, e.flags, e.journal, d.no AS d_no, c.no AS c_no,
        d.dp + DEBIT(pd) AS dp, d.d + DEBIT(qd) AS d,
        c.cp + CREDIT(pd) AS cp, c.c + CREDIT(qd) AS c,
        DEBIT_LATEST AS d_eff, CREDIT_LATEST AS c_eff
      FROM e JOIN changed d ON d.id = e.debit JOIN changed c ON c.id = e.credit
      WHERE d.currency = c.currency AND (e.currency IS NULL OR e.currency = d.currency)
      WINDOWS
      ORDER BY e.ord) q
    RETURNING flags & 24576 <> 0 AS late
  ), timed AS (
    INSERT INTO ledger.pending_timeout (transfer_id, expires_at)
    SELECT id, at + timeout * interval '1 second' FROM e WHERE timeout > 0
  )
  SELECT count(*), bool_or(late) INTO v_count, v_late FROM posted;
  -- An account that is missing, closed, too near its limit or of another currency took its transfers with it.
  IF v_count <> cardinality(p_id) THEN RAISE EXCEPTION 'not plain' USING ERRCODE = 'PL001'; END IF;
  IF v_late THEN PERFORM ledger.note_late(p_id, p_now, p_nos); END IF;
  RETURN true;
EXCEPTION
  -- Not plain; or an id twice in the batch; or sums past the range of bigint; or past a limit.
  WHEN SQLSTATE 'PL001' OR unique_violation OR numeric_value_out_of_range OR check_violation THEN RETURN false;
END $$;
$template$;
  of_each CONSTANT text := $sums$SELECT l.id, ledger.sum_bigint(l.dp) AS dp, ledger.sum_bigint(l.d) AS d, ledger.sum_bigint(l.cp) AS cp,
        ledger.sum_bigint(l.c) AS c, max(l.d_eff) AS d_eff, max(l.c_eff) AS c_eff
      FROM (
        SELECT debit AS id, pd AS dp, qd AS d, 0::bigint AS cp, 0::bigint AS c, eff AS d_eff, NULL::timestamptz AS c_eff FROM e
        UNION ALL SELECT credit, 0, 0, pd, qd, NULL, eff FROM e) l
      GROUP BY l.id$sums$;
  hot_debit CONSTANT text := $sums$SELECT debit AS id, ledger.sum_bigint(pd) AS dp, ledger.sum_bigint(qd) AS d, 0::bigint AS cp,
        0::bigint AS c, max(eff) AS d_eff, NULL::timestamptz AS c_eff FROM e GROUP BY debit
      UNION ALL SELECT credit, 0, 0, pd, qd, NULL, eff FROM e$sums$;
  hot_credit CONSTANT text := $sums$SELECT credit AS id, 0::bigint AS dp, 0::bigint AS d, ledger.sum_bigint(pd) AS cp,
        ledger.sum_bigint(qd) AS c, NULL::timestamptz AS d_eff, max(eff) AS c_eff FROM e GROUP BY credit
      UNION ALL SELECT debit, pd, qd, 0, 0, eff, NULL FROM e$sums$;
  cut record;
  body text;
BEGIN
  FOR cut IN SELECT * FROM (VALUES
    ('general', of_each, true, true,
      'WINDOW hd AS (PARTITION BY d.no ORDER BY e.ord ROWS UNBOUNDED PRECEDING), hc AS (PARTITION BY c.no ORDER BY e.ord ROWS UNBOUNDED PRECEDING)'),
    ('hot_debit', hot_debit, true, false, 'WINDOW hd AS (ORDER BY e.ord ROWS UNBOUNDED PRECEDING)'),
    ('hot_credit', hot_credit, false, true, 'WINDOW hc AS (ORDER BY e.ord ROWS UNBOUNDED PRECEDING)')
  ) c(name, sums, debit_runs, credit_runs, windows) LOOP
    body := replace(replace(replace(template, 'post_plain_CUT', 'post_plain_' || cut.name), 'SUMS', cut.sums), 'WINDOWS', cut.windows);
    body := regexp_replace(body, 'DEBIT\((\w+)\)', CASE WHEN cut.debit_runs THEN 'ledger.sum_bigint(e.\1) OVER hd' ELSE 'e.\1' END, 'g');
    body := regexp_replace(body, 'CREDIT\((\w+)\)', CASE WHEN cut.credit_runs THEN 'ledger.sum_bigint(e.\1) OVER hc' ELSE 'e.\1' END, 'g');
    body := replace(body, 'DEBIT_LATEST', CASE WHEN cut.debit_runs THEN 'greatest(d.d_eff, max(e.eff) OVER hd)' ELSE 'd.d_eff' END);
    body := replace(body, 'CREDIT_LATEST', CASE WHEN cut.credit_runs THEN 'greatest(c.c_eff, max(e.eff) OVER hc)' ELSE 'c.c_eff' END);
    EXECUTE body;
  END LOOP;
END $generate$;

-- Posts a batch: parallel arrays in, one result code per event out, in order. Only a chain of linked events
-- (flag 1) is all-or-nothing. Arrays left out count as nulls. Amount null posts a pending transfer in full.
CREATE FUNCTION ledger.post_transfers(
  p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[],
  p_flags smallint[] DEFAULT NULL, p_pending uuid[] DEFAULT NULL, p_timeout integer[] DEFAULT NULL,
  p_currency text[] DEFAULT NULL, p_journal uuid[] DEFAULT NULL, p_effective timestamptz[] DEFAULT NULL,
  p_recorded timestamptz[] DEFAULT NULL)
  RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
  SET enable_nestloop = off SET jit = off AS $$
DECLARE
  n CONSTANT integer := coalesce(cardinality(p_id), 0);
  small CONSTANT bigint := 1152921504606846976 / greatest(n, 1);
  v_flags integer; v_distinct bigint; v_resolving boolean; v_pendings bigint; v_distinct_pending bigint; v_modest boolean;
  v_refers boolean := false; v_pending_flags integer := 0;
  v_accounts uuid[]; v_nos bigint[]; v_tids tid[]; v_last timestamptz; v_room boolean; v_now timestamptz;
  v_simple boolean; v_open boolean; v_hot boolean; v_late boolean := false;
  v_chain integer[]; v_end integer[]; v_break boolean[]; v_solo boolean[]; v_complex boolean[];
  codes text[] := '{}';
  pos integer := 1; hi integer; first integer; last integer; width integer := 2147483647;
  r record; failed integer;
BEGIN
  IF n = 0 THEN RETURN codes; END IF;
  IF cardinality(p_debit) <> n OR cardinality(p_credit) <> n OR cardinality(p_amount) <> n OR cardinality(p_code) <> n
    OR coalesce(cardinality(p_flags), n) <> n OR coalesce(cardinality(p_pending), n) <> n
    OR coalesce(cardinality(p_timeout), n) <> n OR coalesce(cardinality(p_currency), n) <> n
    OR coalesce(cardinality(p_journal), n) <> n OR coalesce(cardinality(p_effective), n) <> n
    OR coalesce(cardinality(p_recorded), n) <> n THEN
    RAISE EXCEPTION 'ledger.post_transfers: the arrays differ in length' USING ERRCODE = 'invalid_parameter_value';
  END IF;

  -- One hot account on a side is the usual case; it need not be looked up a thousand times.
  v_accounts := CASE WHEN p_debit[1] = ALL (p_debit) THEN p_debit[1:1] ELSE p_debit END
    || CASE WHEN p_credit[1] = ALL (p_credit) THEN p_credit[1:1] ELSE p_credit END;
  v_resolving := p_pending IS NOT NULL AND array_remove(p_pending, NULL) <> '{}';
  IF v_resolving THEN
    SELECT v_accounts || coalesce(array_agg(y.id), '{}'), coalesce(bit_or(y.flags::integer), 0)
    INTO v_accounts, v_pending_flags FROM (
      SELECT unnest(ARRAY[(SELECT a.id FROM ledger.account a WHERE a.no = t.debit_no),
        (SELECT a.id FROM ledger.account a WHERE a.no = t.credit_no)]) AS id, t.flags
      FROM ledger.transfer t WHERE t.id = ANY (p_pending)) y;
    v_refers := EXISTS (SELECT 1 FROM unnest(p_pending) AS q(id) JOIN unnest(p_id) AS i(id) ON q.id = i.id);
  END IF;

  SELECT array_agg(l.no), array_agg(l.ctid), max(l.last_recorded_at), bool_and(l.room)
  INTO v_nos, v_tids, v_last, v_room FROM (
    SELECT a.no, a.ctid, a.last_recorded_at,
      greatest(a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted) < 1152921504606846976 AS room
    FROM ledger.account a WHERE a.id = ANY (v_accounts) ORDER BY a.id FOR NO KEY UPDATE) l;
  v_nos := coalesce(v_nos, '{}');
  v_now := greatest(ledger.clock(), v_last);

  v_open := coalesce(p_flags[n], 0::smallint) & 1 <> 0;
  IF v_room AND NOT v_open AND NOT v_resolving AND p_recorded IS NULL AND v_now < '9000-01-01'
    AND NOT EXISTS (SELECT 1 FROM ledger.failed_id f WHERE f.id = ANY (p_id))
  THEN
    v_hot := cardinality(v_nos) = n + 1;
    IF (CASE
      WHEN v_hot AND p_debit[1] = ALL (p_debit) THEN ledger.post_plain_hot_debit(v_now, p_id, p_debit, p_credit,
        p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, v_nos, v_tids)
      WHEN v_hot AND p_credit[1] = ALL (p_credit) THEN ledger.post_plain_hot_credit(v_now, p_id, p_debit, p_credit,
        p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, v_nos, v_tids)
      ELSE ledger.post_plain_general(v_now, p_id, p_debit, p_credit,
        p_amount, p_code, p_flags, p_pending, p_timeout, p_currency, p_journal, p_effective, v_nos, v_tids) END)
    THEN
      RETURN array_fill('created'::text, ARRAY[n]);
    END IF;
  END IF;

  SELECT coalesce(bit_or(u.flags::integer), 0), count(DISTINCT u.id), count(u.pending), count(DISTINCT u.pending),
    coalesce(max(u.amount) FILTER (WHERE coalesce(u.flags, 0::smallint) & 12 = 0), 0) < small
  INTO v_flags, v_distinct, v_pendings, v_distinct_pending, v_modest
  FROM unnest(p_id, p_flags, p_pending, p_amount) AS u(id, flags, pending, amount);

  v_simple := v_distinct = n AND v_flags & 240 = 0 AND v_distinct_pending = v_pendings AND NOT v_refers
    AND v_pending_flags & 192 = 0 AND v_modest AND coalesce(v_room, true) AND NOT v_open;

  IF v_flags & 1 <> 0 THEN
    SELECT array_agg(CASE WHEN y.size > 1 THEN y.first END ORDER BY y.ord), array_agg(y.first + y.size - 1 ORDER BY y.ord)
    INTO v_chain, v_end FROM (
      SELECT s.ord, s.first, count(*) OVER (PARTITION BY s.first)::integer AS size FROM (
        SELECT q.ord, max(CASE WHEN q.starts THEN q.ord END) OVER (ORDER BY q.ord)::integer AS first FROM (
          SELECT u.ord, u.ord = 1 OR coalesce(p_flags[u.ord - 1], 0::smallint) & 1 = 0 AS starts
          FROM generate_series(1, n) AS u(ord)) q) s) y;
  END IF;

  IF NOT v_simple THEN
    -- Where the run must be cut: an event that refers to an earlier one of the batch, and events whose amount or
    -- effect depends on the running state, which go alone.
    SELECT array_agg(y.again OR y.solo ORDER BY y.ord), array_agg(y.solo ORDER BY y.ord),
      array_agg(y.complex ORDER BY y.ord) INTO v_break, v_solo, v_complex
    FROM (
      SELECT q.ord, q.again, q.solo,
        bool_or(q.solo OR q.again AND q.ord > q.first OR q.last_of_open) OVER (PARTITION BY q.first) AS complex
      FROM (
        SELECT u.ord, coalesce(v_chain[u.ord], u.ord) AS first, v_open AND u.ord = n AS last_of_open,
          row_number() OVER (PARTITION BY u.id ORDER BY u.ord) > 1
            OR u.pending IS NOT NULL AND (row_number() OVER (PARTITION BY u.pending ORDER BY u.ord) > 1
              OR u.pending IN (SELECT i FROM unnest(p_id) AS i WHERE i IS NOT NULL)) AS again,
          NOT v_modest OR NOT coalesce(v_room, true) OR coalesce(u.flags, 0::smallint) & 240 <> 0
            OR u.pending IS NOT NULL AND (v_pending_flags | v_flags) & 192 <> 0 AS solo
        FROM unnest(p_id, p_pending, p_flags) WITH ORDINALITY AS u(id, pending, flags, ord)) q) y;
  END IF;

  WHILE pos <= n LOOP
    last := coalesce(v_end[pos], pos);
    IF NOT v_simple AND v_complex[pos] THEN
      -- A chain that cannot be judged set-wise: event by event inside a subtransaction.
      failed := NULL;
      first := pos;
      BEGIN
        FOR i IN first .. last LOOP
          IF v_open AND i = n THEN
            codes[i] := 'linked_event_chain_open';
          ELSE
            r := ledger.apply_run(i, i, v_now, v_nos, true, p_id, p_debit, p_credit, p_amount, p_code, p_flags,
              p_pending, p_timeout, p_currency, p_journal, p_effective, p_recorded, v_chain);
            codes[i] := r.codes[1];
            v_late := v_late OR r.some_late;
          END IF;
          IF codes[i] <> 'created' THEN failed := i; EXIT; END IF;
        END LOOP;
        IF failed IS NOT NULL AND last > first THEN RAISE EXCEPTION 'chain' USING ERRCODE = 'PL001'; END IF;
      EXCEPTION WHEN SQLSTATE 'PL001' THEN NULL;
      END;
      IF failed IS NOT NULL THEN
        FOR i IN first .. last LOOP
          IF i <> failed THEN codes[i] := 'linked_event_failed'; END IF;
        END LOOP;
        IF v_open AND last = n THEN codes[n] := 'linked_event_chain_open'; END IF;
        IF ledger.is_transient(codes[failed]) THEN
          INSERT INTO ledger.failed_id (id, failed_at) VALUES (p_id[failed], v_now) ON CONFLICT DO NOTHING;
        END IF;
      END IF;
      pos := last + 1;
      CONTINUE;
    END IF;

    hi := n;
    IF NOT v_simple OR width < n THEN
      hi := last;
      WHILE hi < n AND hi - pos < width AND (v_simple OR NOT (v_break[hi + 1] OR v_complex[hi + 1])) LOOP
        hi := coalesce(v_end[hi + 1], hi + 1);
      END LOOP;
    END IF;
    r := ledger.apply_run(pos, hi, v_now, v_nos, false, p_id, p_debit, p_credit, p_amount, p_code, p_flags,
      p_pending, p_timeout, p_currency, p_journal, p_effective, p_recorded, v_chain);
    v_late := v_late OR r.some_late;
    IF r.stopped_at IS NULL THEN
      codes := codes || r.codes;
      pos := hi + 1;
      width := CASE WHEN width < 1048576 THEN width * 2 ELSE width END;
    ELSE
      first := coalesce(v_chain[r.stopped_at], r.stopped_at);
      last := coalesce(v_end[r.stopped_at], r.stopped_at);
      codes := codes || r.codes[1:first - pos];
      FOR i IN first .. last LOOP
        codes[i] := CASE WHEN i = r.stopped_at THEN r.stopped_code ELSE 'linked_event_failed' END;
      END LOOP;
      IF ledger.is_transient(r.stopped_code) THEN
        INSERT INTO ledger.failed_id (id, failed_at) VALUES (p_id[r.stopped_at], v_now) ON CONFLICT DO NOTHING;
      END IF;
      pos := last + 1;
      width := 32;
    END IF;
  END LOOP;
  IF v_late THEN PERFORM ledger.note_late(p_id, v_now, v_nos); END IF;
  RETURN codes;
END $$;

-- A UUIDv7 of now; Postgres brings its own from 18 on, and 15 has to do.
CREATE FUNCTION ledger.new_id() RETURNS uuid LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid
$$;

-- Releases what expired pending transfers still hold: one transfer of kind expiry for each. Gives how many.
CREATE FUNCTION ledger.expire_pending(p_limit integer DEFAULT 100) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET jit = off AS $$
DECLARE
  v_due uuid[]; v_done uuid[] := '{}'; v_now timestamptz; v_last timestamptz; v_count integer := 0;
  t ledger.transfer; d record; c record; v_at timestamptz; v_id uuid; v_nos bigint[];
  v_debit_before timestamptz; v_credit_before timestamptz;
BEGIN
  SELECT array_agg(q.transfer_id) INTO v_due FROM (
    SELECT transfer_id FROM ledger.pending_timeout WHERE expires_at <= ledger.clock()
    ORDER BY expires_at LIMIT greatest(p_limit, 0)) q;
  IF v_due IS NULL THEN RETURN 0; END IF;
  SELECT array_agg(l.no), max(l.last_recorded_at) INTO v_nos, v_last FROM (
    SELECT a.no, a.last_recorded_at FROM ledger.account a WHERE a.no IN (
      SELECT unnest(ARRAY[y.debit_no, y.credit_no]) FROM ledger.transfer y WHERE y.id = ANY (v_due))
    ORDER BY a.id FOR NO KEY UPDATE) l;
  v_now := greatest(ledger.clock(), v_last);
  -- Whoever posted, voided or expired one of them meanwhile has taken it off the list.
  FOR t IN SELECT y.* FROM ledger.transfer y JOIN ledger.pending_timeout q ON q.transfer_id = y.id
    WHERE y.id = ANY (v_due) ORDER BY q.expires_at, y.seq LOOP
    v_count := v_count + 1;
    v_at := v_now + v_count * interval '1 microsecond';
    v_id := ledger.new_id();
    v_done := v_done || v_id;
    SELECT a.debit_effective_at INTO STRICT v_debit_before FROM ledger.account a WHERE a.no = t.debit_no;
    SELECT a.credit_effective_at INTO STRICT v_credit_before FROM ledger.account a WHERE a.no = t.credit_no;
    UPDATE ledger.account SET debits_pending = debits_pending - t.amount, last_recorded_at = v_at,
      debit_effective_at = greatest(debit_effective_at, v_at), closed = closed AND t.flags & 64 = 0
      WHERE no = t.debit_no RETURNING debits_pending, debits_posted INTO STRICT d;
    UPDATE ledger.account SET credits_pending = credits_pending - t.amount, last_recorded_at = v_at,
      credit_effective_at = greatest(credit_effective_at, v_at), closed = closed AND t.flags & 128 = 0
      WHERE no = t.credit_no RETURNING credits_pending, credits_posted INTO STRICT c;
    INSERT INTO ledger.transfer (seq, recorded_at, effective_at, debit_no, credit_no, amount,
      debit_pending, debit_posted, credit_pending, credit_posted,
      id, timeout_seconds, code, flags, journal_id, pending_id)
    VALUES (nextval('ledger.transfer_seq'), v_at, v_at, t.debit_no, t.credit_no, t.amount,
      d.debits_pending, d.debits_posted, c.credits_pending, c.credits_posted,
      v_id, 0, t.code, 4096 | CASE WHEN v_at < v_debit_before THEN 8192 ELSE 0 END
        | CASE WHEN v_at < v_credit_before THEN 16384 ELSE 0 END, t.journal_id, t.id);
    DELETE FROM ledger.pending_timeout WHERE transfer_id = t.id;
  END LOOP;
  PERFORM ledger.note_late(v_done, v_now, v_nos);
  RETURN v_count;
END $$;

-- The counters of an account after its newest transfers of ledger time p_at or before.
CREATE FUNCTION ledger.balance_recorded_at(p_account uuid, p_at timestamptz)
  RETURNS TABLE (debits_pending bigint, debits_posted bigint, credits_pending bigint, credits_posted bigint)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
DECLARE a ledger.account;
BEGIN
  -- As row-level security would have it, asked once instead of at every look-up.
  IF current_setting('role') = 'purse_app' AND NOT public.scope_is_platform() THEN RETURN; END IF;
  SELECT * INTO a FROM ledger.account x WHERE x.id = p_account;
  IF a.debit_effective_at > '-infinity' THEN
    SELECT t.debit_pending, t.debit_posted INTO debits_pending, debits_posted FROM ledger.transfer t
      WHERE t.debit_no = a.no AND t.recorded_at <= p_at ORDER BY t.recorded_at DESC LIMIT 1;
  END IF;
  IF a.credit_effective_at > '-infinity' THEN
    SELECT t.credit_pending, t.credit_posted INTO credits_pending, credits_posted FROM ledger.transfer t
      WHERE t.credit_no = a.no AND t.recorded_at <= p_at ORDER BY t.recorded_at DESC LIMIT 1;
  END IF;
  debits_pending := coalesce(debits_pending, 0); debits_posted := coalesce(debits_posted, 0);
  credits_pending := coalesce(credits_pending, 0); credits_posted := coalesce(credits_posted, 0);
  RETURN NEXT;
END $$;

CREATE TYPE ledger.leg AS (
  recorded_at timestamptz, effective_at timestamptz, pending bigint, posted bigint
);

-- The last punctual leg of one side recorded at p_x or before; nulls when there is none.
CREATE FUNCTION ledger.punctual_leg(p_no bigint, p_debit boolean, p_x timestamptz) RETURNS ledger.leg
  LANGUAGE plpgsql STABLE AS $$
DECLARE v_leg ledger.leg; v_late boolean; v_x timestamptz := p_x;
BEGIN
  FOR attempt IN 1 .. 2 LOOP
    IF p_debit THEN
      SELECT t.recorded_at, t.effective_at, t.debit_pending, t.debit_posted, t.flags & 8192 <> 0
      INTO v_leg.recorded_at, v_leg.effective_at, v_leg.pending, v_leg.posted, v_late FROM ledger.transfer t
      WHERE t.debit_no = p_no AND t.recorded_at <= v_x ORDER BY t.recorded_at DESC LIMIT 1;
    ELSE
      SELECT t.recorded_at, t.effective_at, t.credit_pending, t.credit_posted, t.flags & 16384 <> 0
      INTO v_leg.recorded_at, v_leg.effective_at, v_leg.pending, v_leg.posted, v_late FROM ledger.transfer t
      WHERE t.credit_no = p_no AND t.recorded_at <= v_x ORDER BY t.recorded_at DESC LIMIT 1;
    END IF;
    IF NOT coalesce(v_late, false) THEN RETURN v_leg; END IF;
    -- A late one knows the punctual one before it.
    SELECT l.anchor_at INTO v_x FROM ledger.late_leg l
      WHERE l.account_no = p_no AND l.is_debit = p_debit AND l.recorded_at = v_leg.recorded_at;
  END LOOP;
  RAISE EXCEPTION 'ledger: late legs of account % are broken at %', p_no, p_x;
END $$;

-- One side's two counters over all transfers of business time p_at or before, as known now. Along the punctual legs
-- business time rises with ledger time, so the last one that counts is found by search in the index, not by scan.
CREATE FUNCTION ledger.side_effective_at(p_no bigint, p_debit boolean, p_at timestamptz,
  OUT pending numeric, OUT posted bigint)
  LANGUAGE plpgsql STABLE AS $$
DECLARE
  lo ledger.leg; hi ledger.leg; mid ledger.leg;
  x_lo timestamptz := p_at; x timestamptz; step interval; turn integer := 0;
  s integer; bucket_now bigint; bucket_from bigint; more_pending numeric; more_posted bigint;
  next_at timestamptz; next_late boolean;
BEGIN
  -- Business time is mostly a little behind ledger time: start where they would be equal and look around from there.
  mid := ledger.punctual_leg(p_no, p_debit, p_at);
  IF mid.effective_at > p_at THEN
    hi := mid;
    step := greatest(hi.effective_at - p_at, interval '1 second');
    LOOP
      x_lo := p_at - step;
      mid := ledger.punctual_leg(p_no, p_debit, x_lo);
      EXIT WHEN mid.recorded_at IS NULL;
      IF mid.effective_at <= p_at THEN lo := mid; EXIT; END IF;
      hi := mid;
      step := greatest(step * 4, p_at - hi.recorded_at);
    END LOOP;
  ELSE
    lo := mid;
    -- Mostly the very next leg is past the moment already, and so is every punctual one after it.
    IF p_debit THEN
      SELECT t.effective_at, t.flags & 8192 <> 0 INTO next_at, next_late FROM ledger.transfer t
      WHERE t.debit_no = p_no AND t.recorded_at > p_at ORDER BY t.recorded_at LIMIT 1;
    ELSE
      SELECT t.effective_at, t.flags & 16384 <> 0 INTO next_at, next_late FROM ledger.transfer t
      WHERE t.credit_no = p_no AND t.recorded_at > p_at ORDER BY t.recorded_at LIMIT 1;
    END IF;
    IF next_at IS NOT NULL AND (next_late OR next_at <= p_at) THEN
      mid := ledger.punctual_leg(p_no, p_debit, 'infinity');
    ELSE
      mid := NULL;
    END IF;
    IF mid.recorded_at IS NOT NULL AND mid.effective_at <= p_at THEN
      lo := mid;
    ELSIF mid.recorded_at IS NOT NULL THEN
      hi := mid;
      step := greatest(2 * (p_at - lo.effective_at), interval '10 milliseconds');
      LOOP
        x := x_lo + step;
        EXIT WHEN x >= hi.recorded_at;
        mid := ledger.punctual_leg(p_no, p_debit, x);
        IF mid.effective_at > p_at THEN hi := mid; EXIT; END IF;
        lo := mid;
        x_lo := x;
        step := step * 4;
      END LOOP;
    END IF;
  END IF;
  -- lo counts, or is before the first; hi does not. Close in until nothing is between them.
  WHILE hi.recorded_at IS NOT NULL LOOP
    mid := ledger.punctual_leg(p_no, p_debit, hi.recorded_at - interval '1 microsecond');
    EXIT WHEN mid.recorded_at IS NOT DISTINCT FROM lo.recorded_at;
    IF mid.effective_at <= p_at THEN lo := mid; EXIT; END IF;
    hi := mid;
    turn := turn + 1;
    x := CASE WHEN turn % 2 = 1 AND lo.recorded_at IS NOT NULL
      THEN lo.recorded_at + (hi.recorded_at - lo.recorded_at) * (extract(epoch FROM p_at - lo.effective_at)
        / greatest(extract(epoch FROM hi.effective_at - lo.effective_at), 0.000001))::double precision
      ELSE x_lo + (hi.recorded_at - x_lo) / 2 END;
    x := least(greatest(x, x_lo), hi.recorded_at - interval '1 microsecond');
    mid := ledger.punctual_leg(p_no, p_debit, x);
    IF mid.effective_at > p_at THEN
      hi := mid;
    ELSE
      lo := mid;
      x_lo := x;
    END IF;
  END LOOP;
  pending := coalesce(lo.pending, 0);
  posted := coalesce(lo.posted, 0);

  IF NOT EXISTS (SELECT 1 FROM ledger.late_leg l WHERE l.account_no = p_no AND l.is_debit = p_debit) THEN RETURN; END IF;
  -- Take out the late legs that lo's counters contain, and put in all late legs up to the moment: whole buckets from
  -- coarse to fine, then the legs of the open minute.
  SELECT -l.pending_sum, -l.posted_sum INTO more_pending, more_posted FROM ledger.late_leg l
  WHERE l.account_no = p_no AND l.is_debit = p_debit AND l.recorded_at <= lo.recorded_at
  ORDER BY l.recorded_at DESC LIMIT 1;
  pending := pending + coalesce(more_pending, 0);
  posted := posted + coalesce(more_posted, 0);
  FOREACH s IN ARRAY ARRAY[2764800, 86400, 3600, 60] LOOP
    bucket_now := floor(extract(epoch FROM p_at) / s)::bigint;
    SELECT sum(z.pending), ledger.sum_bigint(z.posted) INTO more_pending, more_posted
    FROM ledger.late_sum z WHERE z.account_no = p_no AND z.is_debit = p_debit AND z.seconds = s
      AND z.bucket < bucket_now AND z.bucket >= coalesce(bucket_from, z.bucket);
    pending := pending + coalesce(more_pending, 0);
    posted := posted + more_posted;
    bucket_from := bucket_now * s / CASE s WHEN 2764800 THEN 86400 WHEN 86400 THEN 3600 ELSE 60 END;
  END LOOP;
  SELECT sum(l.pending), ledger.sum_bigint(l.posted) INTO more_pending, more_posted
  FROM ledger.late_leg l WHERE l.account_no = p_no AND l.is_debit = p_debit AND l.effective_at <= p_at
    AND l.effective_at >= timestamptz 'epoch' + bucket_now * interval '60 seconds';
  pending := pending + coalesce(more_pending, 0);
  posted := posted + more_posted;
END $$;

-- The counters of an account over all transfers of business time p_at or before, as known now. In business time a hold
-- may be released before it is made, so the pending ones can be negative, or past the range of bigint.
CREATE FUNCTION ledger.balance_effective_at(p_account uuid, p_at timestamptz)
  RETURNS TABLE (debits_pending numeric, debits_posted bigint, credits_pending numeric, credits_posted bigint)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
DECLARE a ledger.account; q record;
BEGIN
  -- As row-level security would have it, asked once instead of at every look-up.
  IF current_setting('role') = 'purse_app' AND NOT public.scope_is_platform() THEN RETURN; END IF;
  SELECT * INTO a FROM ledger.account x WHERE x.id = p_account;
  debits_pending := 0; debits_posted := 0; credits_pending := 0; credits_posted := 0;
  -- A side on which nothing happened is zero, and one whose newest business time has passed is as it stands now.
  IF p_at >= a.debit_effective_at THEN
    debits_pending := a.debits_pending; debits_posted := a.debits_posted;
  ELSIF a.no IS NOT NULL THEN
    q := ledger.side_effective_at(a.no, true, p_at);
    debits_pending := q.pending; debits_posted := q.posted;
  END IF;
  IF p_at >= a.credit_effective_at THEN
    credits_pending := a.credits_pending; credits_posted := a.credits_posted;
  ELSIF a.no IS NOT NULL THEN
    q := ledger.side_effective_at(a.no, false, p_at);
    credits_pending := q.pending; credits_posted := q.posted;
  END IF;
  RETURN NEXT;
END $$;

-- Sealing: transfers behind the head go into blocks, each hashed over its rows and over the block before it.
CREATE TABLE ledger.block (
  height bigint PRIMARY KEY,
  first_seq bigint NOT NULL,
  last_seq bigint NOT NULL,
  transfers integer NOT NULL,
  sealed_at timestamptz NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  -- The first eight bytes of each row's digest, in order of seq: with them an altered row can be named.
  row_marks bytea NOT NULL
);
-- How far the next block may reach, once every transaction older than the horizon has ended.
CREATE TABLE ledger.seal_horizon (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  through_seq bigint NOT NULL,
  horizon xid8 NOT NULL
);
CREATE TRIGGER block_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.block
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.block ENABLE ALWAYS TRIGGER block_append_only;

-- SHA-256 of each transfer with p_after < seq <= p_through, of at most p_limit of them. The text of a row is its
-- fields in this order, joined by "|": seq, recorded_at and effective_at in microseconds since 1970, debit and credit
-- account id, amount, the four counters, id, timeout, code, flags, journal id, pending id (the last two may be empty).
CREATE FUNCTION ledger.digest_rows(p_after bigint, p_through bigint, p_limit integer)
  RETURNS TABLE (seq bigint, id uuid, digest bytea)
  LANGUAGE sql STABLE SET search_path = pg_catalog, public SET jit = off AS $$
  SELECT t.seq, t.id, sha256(convert_to(concat_ws('|', t.seq,
    (extract(epoch FROM t.recorded_at) * 1000000)::bigint, (extract(epoch FROM t.effective_at) * 1000000)::bigint,
    d.id, c.id, t.amount, t.debit_pending, t.debit_posted, t.credit_pending, t.credit_posted,
    t.id, t.timeout_seconds, t.code, t.flags, coalesce(t.journal_id::text, ''), coalesce(t.pending_id::text, '')), 'UTF8'))
  FROM (SELECT * FROM ledger.transfer y WHERE y.seq > p_after AND y.seq <= p_through ORDER BY y.seq LIMIT p_limit) t
  LEFT JOIN ledger.account d ON d.no = t.debit_no LEFT JOIN ledger.account c ON c.no = t.credit_no
  ORDER BY t.seq
$$;

-- The hash of a block: over the hash before it, its bounds and its rows' digests.
CREATE FUNCTION ledger.block_hash(p_previous bytea, p_height bigint, p_first bigint, p_last bigint, p_digests bytea)
  RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT sha256(p_previous || int8send(p_height) || int8send(p_first) || int8send(p_last) || sha256(p_digests))
$$;

-- Seals one more block of at most p_limit transfers; gives its height, or null when nothing can be sealed yet.
-- A number drawn from the sequence may be committed later than a higher one, or never. So a block reaches only as far
-- as the sequence stood at a moment whose transactions have all ended since; what is missing then is a gap for good.
CREATE FUNCTION ledger.seal_next_block(p_limit integer DEFAULT 10000) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET jit = off AS $$
DECLARE
  top ledger.block; mark ledger.seal_horizon; v_top bigint; v_digests bytea; v_marks bytea;
  v_first bigint; v_last bigint; v_count integer; v_drawn bigint; v_previous bytea;
BEGIN
  -- One sealer at a time; whoever comes second has nothing to do.
  IF NOT pg_try_advisory_xact_lock(hashtextextended('ledger.seal', 0)) THEN RETURN NULL; END IF;
  SELECT * INTO top FROM ledger.block ORDER BY height DESC LIMIT 1;
  v_top := coalesce(top.last_seq, 0);
  v_previous := coalesce(top.hash, decode(repeat('00', 32), 'hex'));
  SELECT * INTO mark FROM ledger.seal_horizon;
  IF mark.through_seq IS NULL OR mark.through_seq <= v_top THEN
    -- Whoever drew a number before this moment got its transaction id before ours.
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO v_drawn FROM ledger.transfer_seq;
    IF v_drawn > v_top THEN
      INSERT INTO ledger.seal_horizon (through_seq, horizon) VALUES (v_drawn, pg_current_xact_id())
      ON CONFLICT (only_row) DO UPDATE SET through_seq = excluded.through_seq, horizon = excluded.horizon;
    END IF;
    RETURN NULL;
  END IF;
  IF pg_snapshot_xmin(pg_current_snapshot()) < mark.horizon THEN RETURN NULL; END IF;
  SELECT min(r.seq), max(r.seq), count(*), string_agg(r.digest, ''::bytea ORDER BY r.seq),
    string_agg(substring(r.digest FROM 1 FOR 8), ''::bytea ORDER BY r.seq)
  INTO v_first, v_last, v_count, v_digests, v_marks FROM ledger.digest_rows(v_top, mark.through_seq, p_limit) r;
  IF v_count < p_limit THEN
    -- All that this horizon holds is in; the next call takes a new one. Trailing gaps belong to this block.
    IF v_count = 0 THEN
      DELETE FROM ledger.seal_horizon;
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO ledger.block (height, first_seq, last_seq, transfers, sealed_at, previous_hash, hash, row_marks)
  VALUES (coalesce(top.height, 0) + 1, v_first, v_last, v_count, clock_timestamp(), v_previous,
    ledger.block_hash(v_previous, coalesce(top.height, 0) + 1, v_first, v_last, v_digests), v_marks);
  IF v_count < p_limit THEN DELETE FROM ledger.seal_horizon; END IF;
  RETURN coalesce(top.height, 0) + 1;
END $$;

-- What the application may do: read under row-level security, and call.
ALTER TABLE ledger.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.pending_timeout ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.failed_id ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.late_leg ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.late_sum ENABLE ROW LEVEL SECURITY;
CREATE POLICY late_leg_read ON ledger.late_leg FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
CREATE POLICY late_sum_read ON ledger.late_sum FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
CREATE POLICY account_read ON ledger.account FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
CREATE POLICY transfer_read ON ledger.transfer FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
CREATE POLICY pending_timeout_read ON ledger.pending_timeout FOR SELECT TO purse_app
  USING ((SELECT public.scope_is_platform()));
CREATE POLICY failed_id_read ON ledger.failed_id FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
ALTER TABLE ledger.block ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.seal_horizon ENABLE ROW LEVEL SECURITY;
CREATE POLICY block_read ON ledger.block FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO purse_app;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT SELECT ON SEQUENCE ledger.transfer_seq TO purse_app;
GRANT EXECUTE ON FUNCTION ledger.create_accounts(jsonb), ledger.expire_pending(integer), ledger.clock(),
  ledger.sum_bigint(bigint), ledger.balance_recorded_at(uuid, timestamptz),
  ledger.balance_effective_at(uuid, timestamptz), ledger.digest_rows(bigint, bigint, integer),
  ledger.block_hash(bytea, bigint, bigint, bigint, bytea), ledger.seal_next_block(integer),
  ledger.post_transfers(uuid[], uuid[], uuid[], bigint[], smallint[], smallint[], uuid[], integer[], text[], uuid[],
    timestamptz[], timestamptz[]) TO purse_app;
