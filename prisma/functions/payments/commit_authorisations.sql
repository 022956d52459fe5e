-- Commits what was decided for a group: keys, payments, timelines, events, cases, counters, allowances, money. All or
-- nothing; where the world is no longer what the decision saw (a key was taken, a limit or an allowance used up, the
-- money gone) it raises PU001, and the caller looks again. Locks are taken in one order everywhere: keys, counters,
-- allowances, and the ledger's accounts last, because all payments of a program meet at its clearing account and should
-- hold it for no longer than a commit. When a device last sent a payment is noted beside it, by the gateway: its rows
-- are written there for many devices at once, and no payment should wait for that.
create or replace function commit_authorisations(
    -- payments, a column each; with each its device's key and what is answered
    p_id uuid[], p_program_id uuid[], p_merchant_id uuid[], p_device_id uuid[], p_device_kind text[],
    p_zone text[], p_payer_id uuid[], p_instrument_id uuid[], p_instrument_kind text[],
    p_instrument_label text[], p_external_ref text[], p_device_sequence bigint[], p_currency text[],
    p_amount_micros bigint[], p_captured_micros bigint[], p_state text[], p_decline_reason text[],
    p_description text[], p_quantity jsonb[], p_latitude float8[], p_longitude float8[],
    p_risk_score smallint[], p_capture_on_approval boolean[], p_occurred_at timestamptz[],
    p_authorised_at timestamptz[], p_expires_at timestamptz[], p_captured_at timestamptz[],
    p_closed_at timestamptz[], p_hold_transfer_id uuid[], p_capture_transfer_id uuid[], p_allowance_id uuid[],
    p_allowance_month timestamptz[], p_allowance_unit text[], p_allowance_quantity_micros bigint[],
    p_allowance_micros bigint[], p_counted jsonb[],
    p_at timestamptz[], p_key text[], p_request_hash bytea[], p_status smallint[], p_response json[],
    -- timelines
    e_payment_id uuid[], e_merchant_id uuid[], e_at timestamptz[], e_kind text[], e_detail jsonb[],
    -- events
    o_id uuid[], o_aggregatetype text[], o_aggregateid uuid[], o_type text[], o_payload jsonb[], o_organisation_id uuid[],
    -- admitted messages; without a number where it is remembered already or there is none
    m_credential_id uuid[], m_nonce text[], m_device_id uuid[], m_sequence bigint[], m_key text[], m_seen_at timestamptz,
    -- what is added to counters of limits
    c_limit_id uuid[], c_subject_id uuid[], c_period_start timestamptz[], c_payments integer[], c_amount_micros bigint[],
    -- cases with their signals, and what is taken from allowances: seldom many, so JSON of the tables' rows
    p_cases json, p_signals json, p_units json,
    -- as ledger.post_transfers takes them
    t_ids uuid[], t_debits uuid[], t_credits uuid[], t_amounts bigint[], t_codes smallint[], t_flags smallint[],
    t_pending uuid[], t_timeouts integer[], t_currencies text[], t_journals uuid[], t_effective timestamptz[], t_recorded timestamptz[])
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set jit = off set purse.scope_kind = 'system'
as $$
declare
  v_passed boolean;
begin
  -- A message that changes nothing may be forgotten with the server's power: sent again, it would change nothing again.
  if cardinality(p_id) = 0 then perform set_config('synchronous_commit', 'off', true); end if;

  -- One statement, because each costs its start.
  with nonces as (
    insert into device_nonce (credential_id, nonce, seen_at)
      select x.credential_id, x.nonce, m_seen_at from unnest(m_credential_id, m_nonce) x(credential_id, nonce)
  ), messages as (
    insert into device_message (device_id, sequence, idempotency_key, seen_at)
      select x.device_id, x.sequence, x.key, m_seen_at from unnest(m_device_id, m_sequence, m_key) x(device_id, sequence, key)
       where x.sequence is not null
  ), keys as (
    insert into idempotency_key (device_id, key, request_hash, payment_id, status, response, created_at)
      select x.device_id, x.key, x.request_hash, x.id, x.status, x.response, x.at
        from unnest(p_device_id, p_key, p_request_hash, p_id, p_status, p_response, p_at)
          x(device_id, key, request_hash, id, status, response, at)
       order by x.device_id, x.key
  ), paid as (
    insert into payment (source, capture_seq,
        id, program_id, merchant_id, device_id, device_kind, zone, payer_id, instrument_id, instrument_kind,
        instrument_label, external_ref, device_sequence, currency, amount_micros, captured_micros, state,
        decline_reason, description, quantity, latitude, longitude, risk_score, capture_on_approval, occurred_at,
        authorised_at, expires_at, captured_at, closed_at, hold_transfer_id, capture_transfer_id, allowance_id,
        allowance_month, allowance_unit, allowance_quantity_micros, allowance_micros, counted)
      select 'device', case when x.captured_micros > 0 then nextval('payment_capture_seq') end,
        x.id, x.program_id, x.merchant_id, x.device_id, x.device_kind, x.zone, x.payer_id, x.instrument_id,
        x.instrument_kind, x.instrument_label, x.external_ref, x.device_sequence, x.currency, x.amount_micros,
        x.captured_micros, x.state, x.decline_reason, x.description, x.quantity, x.latitude, x.longitude,
        x.risk_score, x.capture_on_approval, x.occurred_at, x.authorised_at, x.expires_at, x.captured_at,
        x.closed_at, x.hold_transfer_id, x.capture_transfer_id, x.allowance_id, x.allowance_month,
        x.allowance_unit, x.allowance_quantity_micros, x.allowance_micros, x.counted
        from unnest(
          p_id, p_program_id, p_merchant_id, p_device_id, p_device_kind, p_zone, p_payer_id, p_instrument_id,
          p_instrument_kind, p_instrument_label, p_external_ref, p_device_sequence, p_currency, p_amount_micros,
          p_captured_micros, p_state, p_decline_reason, p_description, p_quantity, p_latitude, p_longitude,
          p_risk_score, p_capture_on_approval, p_occurred_at, p_authorised_at, p_expires_at, p_captured_at,
          p_closed_at, p_hold_transfer_id, p_capture_transfer_id, p_allowance_id, p_allowance_month,
          p_allowance_unit, p_allowance_quantity_micros, p_allowance_micros, p_counted
        ) x(
          id, program_id, merchant_id, device_id, device_kind, zone, payer_id, instrument_id, instrument_kind,
          instrument_label, external_ref, device_sequence, currency, amount_micros, captured_micros, state,
          decline_reason, description, quantity, latitude, longitude, risk_score, capture_on_approval,
          occurred_at, authorised_at, expires_at, captured_at, closed_at, hold_transfer_id, capture_transfer_id,
          allowance_id, allowance_month, allowance_unit, allowance_quantity_micros, allowance_micros, counted)
  ), told as (
    insert into payment_event (payment_id, merchant_id, at, kind, detail)
      select * from unnest(e_payment_id, e_merchant_id, e_at, e_kind, e_detail)
  ), sent as (
    insert into outbox (id, aggregatetype, aggregateid, type, payload, organisation_id)
      select * from unnest(o_id, o_aggregatetype, o_aggregateid, o_type, o_payload, o_organisation_id)
  ), counted as (
    insert into limit_counter as c (limit_id, subject_id, period_start, payments, amount_micros)
      select * from unnest(c_limit_id, c_subject_id, c_period_start, c_payments, c_amount_micros) order by 1, 2, 3
      on conflict (limit_id, subject_id, period_start) do update
        set payments = c.payments + excluded.payments, amount_micros = c.amount_micros + excluded.amount_micros
      returning c.limit_id, c.payments, c.amount_micros
  )
  select bool_or(c.payments > l.max_payments or c.amount_micros > l.max_amount_micros) into v_passed
    from counted c join payment_limit l on l.id = c.limit_id;
  if v_passed then raise exception 'a limit was reached meanwhile' using errcode = 'PU001'; end if;

  if p_cases is not null then
    insert into review_case (id, payment_id, program_id, merchant_id, device_id, score, base_points, policy_version,
        amount_micros, currency, expected_loss_micros, headline, would_have_passed, opened_at, due_at)
      select x.id, x.payment_id, x.program_id, x.merchant_id, x.device_id, x.score, x.base_points, x.policy_version,
        x.amount_micros, x.currency, x.expected_loss_micros, x.headline, x.would_have_passed, x.opened_at, x.due_at
        from json_populate_recordset(null::review_case, p_cases) x;
    insert into case_signal (case_id, ordinal, name, points, sentence, facts)
      select x.case_id, x.ordinal, x.name, x.points, x.sentence, x.facts from json_populate_recordset(null::case_signal, p_signals) x;
  end if;

  if p_units is not null then
    with added as (
      insert into allowance_month as m (instrument_id, month_start, used_micros)
        select x.instrument_id, x.month_start, x.used_micros
          from json_populate_recordset(null::allowance_month, p_units) x order by 1, 2
        on conflict (instrument_id, month_start) do update set used_micros = m.used_micros + excluded.used_micros
      returning m.instrument_id, m.used_micros)
    select bool_or(added.used_micros > (
        select a.monthly_micros from allowance a where a.instrument_id = added.instrument_id order by a.instrument_id limit 1))
      into v_passed from added;
    if v_passed then raise exception 'an allowance was used up meanwhile' using errcode = 'PU001'; end if;
  end if;

  if t_ids is not null then
    if array_remove(ledger.post_transfers(t_ids, t_debits, t_credits, t_amounts, t_codes, t_flags, t_pending, t_timeouts,
      t_currencies, t_journals, t_effective, t_recorded), 'created') <> '{}' then
      raise exception 'the ledger refused a transfer' using errcode = 'PU001';
    end if;
  end if;
end $$;

revoke execute on function commit_authorisations from public;
grant execute on function commit_authorisations to purse_app;
