-- Commits what was decided for a group: keys, payments, timelines, events, cases, counters, allowances, money. All or
-- nothing; where the world is no longer what the decision saw (a key was taken, a limit or an allowance used up, the
-- money gone) it raises PU001, and the caller looks again. Locks are taken in one order everywhere: keys, counters,
-- allowances, and the ledger's accounts last, because all payments of a program meet at its clearing account and should
-- hold it for no longer than a commit. When a device last sent a payment is noted beside it, by the gateway: its rows
-- are written there for many devices at once, and no payment should wait for that.
create or replace function commit_authorisations(
    -- payments, each with when its device asked, its key and what is answered
    p_payments payment_row[],
    p_timeline payment_event_row[],
    p_events outbox_row[],
    -- admitted messages; without a number where it is remembered already or there is none
    p_messages message_row[], p_seen_at timestamptz,
    -- what is added to counters of limits
    p_counts limit_count_row[],
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
  if cardinality(p_payments) = 0 then perform set_config('synchronous_commit', 'off', true); end if;

  -- One statement, because each costs its start.
  with nonces as (
    insert into device_nonce (credential_id, nonce, seen_at)
      select m.credential_id, m.nonce, p_seen_at from unnest(p_messages) m
  ), messages as (
    insert into device_message (device_id, sequence, idempotency_key, seen_at)
      select m.device_id, m.sequence, m.key, p_seen_at from unnest(p_messages) m where m.sequence is not null
  ), keys as (
    insert into idempotency_key (device_id, key, request_hash, payment_id, status, response, created_at)
      select x.device_id, x.key, x.request_hash, x.id, x.status, x.response, x.at
        from unnest(p_payments) x
       order by x.device_id, x.key
  ), paid as (
    insert into payment (
      -- columns of payment: NAME
      id, program_id, merchant_id, device_id, device_kind, zone, payer_id, instrument_id, instrument_kind,
      instrument_label, external_ref, device_sequence, currency, amount_micros, captured_micros, state,
      decline_reason, description, quantity, latitude, longitude, risk_score, capture_on_approval, occurred_at,
      authorised_at, expires_at, captured_at, closed_at, hold_transfer_id, capture_transfer_id, allowance_id,
      allowance_month, allowance_unit, allowance_quantity_micros, allowance_micros, counted
      -- end
      , source, capture_seq)
    select
      -- columns of payment: x.NAME
      x.id, x.program_id, x.merchant_id, x.device_id, x.device_kind, x.zone, x.payer_id, x.instrument_id,
      x.instrument_kind, x.instrument_label, x.external_ref, x.device_sequence, x.currency, x.amount_micros,
      x.captured_micros, x.state, x.decline_reason, x.description, x.quantity, x.latitude, x.longitude, x.risk_score,
      x.capture_on_approval, x.occurred_at, x.authorised_at, x.expires_at, x.captured_at, x.closed_at,
      x.hold_transfer_id, x.capture_transfer_id, x.allowance_id, x.allowance_month, x.allowance_unit,
      x.allowance_quantity_micros, x.allowance_micros, x.counted
      -- end
      , 'device', case when x.captured_micros > 0 then nextval('payment_capture_seq') end
      from unnest(p_payments) x
  ), told as (
    insert into payment_event (payment_id, merchant_id, at, kind, detail)
      select e.payment_id, e.merchant_id, e.at, e.kind, e.detail from unnest(p_timeline) e
  ), sent as (
    insert into outbox (id, aggregatetype, aggregateid, type, payload, organisation_id)
      select e.id, e.aggregatetype, e.aggregateid, e.type, e.payload, e.organisation_id from unnest(p_events) e
  ), counted as (
    insert into limit_counter as c (limit_id, subject_id, period_start, payments, amount_micros)
      select n.limit_id, n.subject_id, n.period_start, n.payments, n.amount_micros from unnest(p_counts) n order by 1, 2, 3
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
