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
  debits_pending bigint NOT NULL DEFAULT 0 CHECK (debits_pending >= 0),
  debits_posted bigint NOT NULL DEFAULT 0 CHECK (debits_posted >= 0),
  credits_pending bigint NOT NULL DEFAULT 0 CHECK (credits_pending >= 0),
  credits_posted bigint NOT NULL DEFAULT 0 CHECK (credits_posted >= 0),
  currency char(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  code smallint NOT NULL CHECK (code > 0),
  -- 2 debits_must_not_exceed_credits, 4 credits_must_not_exceed_debits, 8 history, as they were created.
  flags smallint NOT NULL DEFAULT 0,
  closed boolean NOT NULL DEFAULT false,
  CONSTRAINT account_one_limit CHECK (flags & 6 <> 6),
  CONSTRAINT account_debit_limit
    CHECK (flags & 2 = 0 OR debits_pending::numeric + debits_posted <= credits_posted),
  CONSTRAINT account_credit_limit
    CHECK (flags & 4 = 0 OR credits_pending::numeric + credits_posted <= debits_posted)
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX account_id_key ON ledger.account (id);
CREATE INDEX account_chart_idx ON ledger.account (currency, code, id);
CREATE INDEX account_owner_idx ON ledger.account (owner_ref) WHERE owner_ref IS NOT NULL;

CREATE SEQUENCE ledger.transfer_seq AS bigint;

-- One row: one debit and one credit of one amount, with the counters of both accounts just after it.
CREATE TABLE ledger.transfer (
  seq bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  effective_at timestamptz NOT NULL,
  debit_no bigint NOT NULL,
  credit_no bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  debit_dp bigint NOT NULL,
  debit_d bigint NOT NULL,
  debit_cp bigint NOT NULL,
  debit_c bigint NOT NULL,
  credit_dp bigint NOT NULL,
  credit_d bigint NOT NULL,
  credit_cp bigint NOT NULL,
  credit_c bigint NOT NULL,
  id uuid NOT NULL,
  timeout_seconds integer NOT NULL,
  code smallint NOT NULL,
  -- 1 linked, 2 pending, 4 post_pending, 8 void_pending, 16/32 balancing, 64/128 closing, 4096 expiry.
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
  OUT codes text[], OUT stopped_at integer, OUT stopped_code text)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET enable_nestloop = off SET enable_mergejoin = off SET jit = off AS $$
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
    SELECT t.id, t.flags, t.pending_id, t.timeout_seconds, t.amount, t.code, t.journal_id,
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
      CASE WHEN flags & 64 <> 0 THEN 1 WHEN flags & 8 <> 0 AND q_flags & 64 <> 0 THEN -1 ELSE 0 END AS closing
    FROM v WHERE verdict = 'created'
    UNION ALL
    SELECT ord, c_no, 0, 0, pd, qd, false,
      CASE WHEN flags & 128 <> 0 THEN 1 WHEN flags & 8 <> 0 AND q_flags & 128 <> 0 THEN -1 ELSE 0 END
    FROM v WHERE verdict = 'created'
  ), w AS MATERIALIZED (
    SELECT l.ord, l.dr,
      a.debits_pending + ledger.sum_bigint(l.dp) OVER h AS dp, a.debits_posted + ledger.sum_bigint(l.d) OVER h AS d,
      a.credits_pending + ledger.sum_bigint(l.cp) OVER h AS cp, a.credits_posted + ledger.sum_bigint(l.c) OVER h AS c
    FROM legs l JOIN a ON a.no = l.no
    WINDOW h AS (PARTITION BY l.no ORDER BY l.ord ROWS UNBOUNDED PRECEDING)
  ), z AS MATERIALIZED (
    SELECT v.*, wd.dp AS wd_dp, wd.d AS wd_d, wd.cp AS wd_cp, wd.c AS wd_c,
      wc.dp AS wc_dp, wc.d AS wc_d, wc.cp AS wc_cp, wc.c AS wc_c,
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
      debit_dp, debit_d, debit_cp, debit_c, credit_dp, credit_d, credit_cp, credit_c,
      id, timeout_seconds, code, flags, journal_id, pending_id)
    SELECT nextval('ledger.transfer_seq'), p_now + ord * interval '1 microsecond',
      coalesce(effective, p_now + ord * interval '1 microsecond'), d_no, c_no, amt,
      wd_dp, wd_d, wd_cp, wd_c, wc_dp, wc_d, wc_cp, wc_c,
      id, timeout, CASE WHEN resolves THEN q_code ELSE code END, flags,
      CASE WHEN resolves THEN coalesce(journal, q_journal) ELSE journal END, pending
    FROM done
  ), counted AS (
    UPDATE ledger.account t SET debits_pending = t.debits_pending + s.dp, debits_posted = t.debits_posted + s.d,
      credits_pending = t.credits_pending + s.cp, credits_posted = t.credits_posted + s.c,
      last_recorded_at = p_now + s.ord * interval '1 microsecond',
      closed = CASE WHEN s.closing = 0 THEN t.closed ELSE s.closing > 0 END
    FROM (
      SELECT no, ledger.sum_bigint(dp) AS dp, ledger.sum_bigint(d) AS d, ledger.sum_bigint(cp) AS cp,
        ledger.sum_bigint(c) AS c, max(ord) AS ord, sum(closing) AS closing
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
  SELECT array_agg(z.final ORDER BY z.ord), (SELECT ord FROM stop), (SELECT final FROM stop)
  INTO codes, stopped_at, stopped_code FROM z;
END $$;

-- Posts a batch: parallel arrays in, one result code per event out, in order. Only a chain of linked events
-- (flag 1) is all-or-nothing. Arrays left out count as nulls. Amount null posts a pending transfer in full.
CREATE FUNCTION ledger.post_transfers(
  p_id uuid[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_code smallint[],
  p_flags smallint[] DEFAULT NULL, p_pending uuid[] DEFAULT NULL, p_timeout integer[] DEFAULT NULL,
  p_currency text[] DEFAULT NULL, p_journal uuid[] DEFAULT NULL, p_effective timestamptz[] DEFAULT NULL,
  p_recorded timestamptz[] DEFAULT NULL)
  RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET enable_nestloop = off SET jit = off AS $$
DECLARE
  n CONSTANT integer := coalesce(cardinality(p_id), 0);
  small CONSTANT bigint := 1152921504606846976 / greatest(n, 1);
  v_flags integer; v_distinct bigint; v_resolving bigint; v_distinct_pending bigint; v_modest boolean;
  v_refers boolean := false; v_pending_flags integer := 0;
  v_accounts uuid[]; v_nos bigint[]; v_last timestamptz; v_room boolean; v_now timestamptz;
  v_simple boolean; v_open boolean;
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

  SELECT coalesce(bit_or(u.flags::integer), 0), count(DISTINCT u.id), count(u.pending), count(DISTINCT u.pending),
    coalesce(max(u.amount) FILTER (WHERE coalesce(u.flags, 0::smallint) & 12 = 0), 0) < small
  INTO v_flags, v_distinct, v_resolving, v_distinct_pending, v_modest
  FROM unnest(p_id, p_flags, p_pending, p_amount) AS u(id, flags, pending, amount);

  v_accounts := p_debit || p_credit;
  IF v_resolving > 0 THEN
    SELECT v_accounts || coalesce(array_agg(y.id), '{}'), coalesce(bit_or(y.flags::integer), 0)
    INTO v_accounts, v_pending_flags FROM (
      SELECT unnest(ARRAY[(SELECT a.id FROM ledger.account a WHERE a.no = t.debit_no),
        (SELECT a.id FROM ledger.account a WHERE a.no = t.credit_no)]) AS id, t.flags
      FROM ledger.transfer t WHERE t.id = ANY (p_pending)) y;
    v_refers := EXISTS (SELECT 1 FROM unnest(p_pending) AS q(id) JOIN unnest(p_id) AS i(id) ON q.id = i.id);
  END IF;

  SELECT array_agg(l.no), max(l.last_recorded_at), bool_and(l.room) INTO v_nos, v_last, v_room FROM (
    SELECT a.no, a.last_recorded_at,
      greatest(a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted) < 1152921504606846976 AS room
    FROM ledger.account a WHERE a.id = ANY (v_accounts) ORDER BY a.id FOR NO KEY UPDATE) l;
  v_nos := coalesce(v_nos, '{}');
  v_now := greatest(ledger.clock(), v_last);

  v_open := coalesce(p_flags[n], 0::smallint) & 1 <> 0;
  v_simple := v_distinct = n AND v_flags & 240 = 0 AND v_distinct_pending = v_resolving AND NOT v_refers
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
            OR u.pending IS NOT NULL AND v_pending_flags & 192 <> 0 AS solo
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
  RETURN codes;
END $$;

-- Releases what expired pending transfers still hold: one transfer of kind expiry for each. Gives how many.
CREATE FUNCTION ledger.expire_pending(p_limit integer DEFAULT 100) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET jit = off AS $$
DECLARE
  v_due uuid[]; v_now timestamptz; v_last timestamptz; v_count integer := 0;
  t ledger.transfer; d ledger.account; c ledger.account; v_at timestamptz;
BEGIN
  SELECT array_agg(q.transfer_id) INTO v_due FROM (
    SELECT transfer_id FROM ledger.pending_timeout WHERE expires_at <= ledger.clock()
    ORDER BY expires_at LIMIT greatest(p_limit, 0)) q;
  IF v_due IS NULL THEN RETURN 0; END IF;
  SELECT max(l.last_recorded_at) INTO v_last FROM (
    SELECT a.last_recorded_at FROM ledger.account a WHERE a.no IN (
      SELECT unnest(ARRAY[y.debit_no, y.credit_no]) FROM ledger.transfer y WHERE y.id = ANY (v_due))
    ORDER BY a.id FOR NO KEY UPDATE) l;
  v_now := greatest(ledger.clock(), v_last);
  -- Whoever posted, voided or expired one of them meanwhile has taken it off the list.
  FOR t IN SELECT y.* FROM ledger.transfer y JOIN ledger.pending_timeout q ON q.transfer_id = y.id
    WHERE y.id = ANY (v_due) ORDER BY q.expires_at, y.seq LOOP
    v_count := v_count + 1;
    v_at := v_now + v_count * interval '1 microsecond';
    UPDATE ledger.account SET debits_pending = debits_pending - t.amount, last_recorded_at = v_at,
      closed = closed AND t.flags & 64 = 0 WHERE no = t.debit_no RETURNING * INTO STRICT d;
    UPDATE ledger.account SET credits_pending = credits_pending - t.amount, last_recorded_at = v_at,
      closed = closed AND t.flags & 128 = 0 WHERE no = t.credit_no RETURNING * INTO STRICT c;
    INSERT INTO ledger.transfer (seq, recorded_at, effective_at, debit_no, credit_no, amount,
      debit_dp, debit_d, debit_cp, debit_c, credit_dp, credit_d, credit_cp, credit_c,
      id, timeout_seconds, code, flags, journal_id, pending_id)
    VALUES (nextval('ledger.transfer_seq'), v_at, v_at, t.debit_no, t.credit_no, t.amount,
      d.debits_pending, d.debits_posted, d.credits_pending, d.credits_posted,
      c.debits_pending, c.debits_posted, c.credits_pending, c.credits_posted,
      uuidv7(), 0, t.code, 4096, t.journal_id, t.id);
    DELETE FROM ledger.pending_timeout WHERE transfer_id = t.id;
  END LOOP;
  RETURN v_count;
END $$;

-- The counters of an account after its newest transfer of ledger time p_at or before.
CREATE FUNCTION ledger.balance_recorded_at(p_account uuid, p_at timestamptz)
  RETURNS TABLE (debits_pending bigint, debits_posted bigint, credits_pending bigint, credits_posted bigint)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE v_no bigint; v_last timestamptz;
BEGIN
  SELECT a.no, a.last_recorded_at, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted
  INTO v_no, v_last, debits_pending, debits_posted, credits_pending, credits_posted
  FROM ledger.account a WHERE a.id = p_account;
  IF v_no IS NULL OR p_at < v_last THEN
    SELECT q.dp, q.d, q.cp, q.c INTO debits_pending, debits_posted, credits_pending, credits_posted FROM (
      (SELECT t.recorded_at, t.debit_dp AS dp, t.debit_d AS d, t.debit_cp AS cp, t.debit_c AS c FROM ledger.transfer t
        WHERE t.debit_no = v_no AND t.recorded_at <= p_at ORDER BY t.recorded_at DESC LIMIT 1)
      UNION ALL
      (SELECT t.recorded_at, t.credit_dp, t.credit_d, t.credit_cp, t.credit_c FROM ledger.transfer t
        WHERE t.credit_no = v_no AND t.recorded_at <= p_at ORDER BY t.recorded_at DESC LIMIT 1)) q
    ORDER BY q.recorded_at DESC LIMIT 1;
    IF NOT FOUND THEN
      debits_pending := 0; debits_posted := 0; credits_pending := 0; credits_posted := 0;
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- The counters of an account over all transfers of business time p_at or before, as known now.
CREATE FUNCTION ledger.balance_effective_at(p_account uuid, p_at timestamptz)
  RETURNS TABLE (debits_pending bigint, debits_posted bigint, credits_pending bigint, credits_posted bigint)
  LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT coalesce(sum(q.pd) FILTER (WHERE q.dr), 0)::bigint, coalesce(sum(q.qd) FILTER (WHERE q.dr), 0)::bigint,
    coalesce(sum(q.pd) FILTER (WHERE NOT q.dr), 0)::bigint, coalesce(sum(q.qd) FILTER (WHERE NOT q.dr), 0)::bigint
  FROM (
    SELECT s.dr, CASE WHEN t.flags & 2 <> 0 THEN t.amount
        WHEN t.pending_id IS NOT NULL THEN -(SELECT y.amount FROM ledger.transfer y WHERE y.id = t.pending_id) ELSE 0 END AS pd,
      CASE WHEN t.flags & 4106 = 0 THEN t.amount ELSE 0 END AS qd
    FROM ledger.account a CROSS JOIN (VALUES (true), (false)) s(dr)
    JOIN ledger.transfer t ON t.effective_at <= p_at AND (s.dr AND t.debit_no = a.no OR NOT s.dr AND t.credit_no = a.no)
    WHERE a.id = p_account) q
$$;

-- What the application may do: read under row-level security, and call.
ALTER TABLE ledger.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.pending_timeout ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.failed_id ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_read ON ledger.account FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
CREATE POLICY transfer_read ON ledger.transfer FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
CREATE POLICY pending_timeout_read ON ledger.pending_timeout FOR SELECT TO purse_app
  USING ((SELECT public.scope_is_platform()));
CREATE POLICY failed_id_read ON ledger.failed_id FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO purse_app;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.create_accounts(jsonb), ledger.expire_pending(integer), ledger.clock(),
  ledger.sum_bigint(bigint), ledger.balance_recorded_at(uuid, timestamptz),
  ledger.balance_effective_at(uuid, timestamptz),
  ledger.post_transfers(uuid[], uuid[], uuid[], bigint[], smallint[], smallint[], uuid[], integer[], text[], uuid[],
    timestamptz[], timestamptz[]) TO purse_app;
