-- Creates accounts from a JSON array of events and answers one result code for each, in order. Linked events
-- (flag 1) succeed or fail together. Few are created and seldom, so this works event by event.
CREATE OR REPLACE FUNCTION ledger.create_accounts(
  p_events jsonb
) RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog
AS $$
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
  IF public.scope_kind() NOT IN ('system', 'operator', 'merchant', 'device')
    AND NOT pg_has_role(session_user, current_user, 'member') THEN
    RAISE EXCEPTION 'ledger.create_accounts needs a scope that may post' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_current_xact_id();
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
              WHEN (old.flags & ~32 | CASE WHEN old.closed THEN 32 ELSE 0 END) <> v_flags THEN 'exists_with_different_flags'
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

revoke execute on function ledger.create_accounts from public;
grant execute on function ledger.create_accounts to purse_app;
