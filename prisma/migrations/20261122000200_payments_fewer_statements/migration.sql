-- The authorisation path with fewer statements for each group: what a statement costs before its first row is most of
-- what a small group costs.

-- Admits verified messages: nonces and numbers are written, and each message whose number was new is answered from what
-- was written. Only where a number was known already is it read who had it. In order: what became of each message, and
-- whose device sent it; nulls where the credential is unknown.
create function device_admission(p_credentials uuid[], p_nonces text[], p_sequences bigint[], p_keys text[],
    p_at timestamptz, p_window bigint, out outcomes text[], out devices uuid[], out merchants uuid[])
  language plpgsql volatile set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set jit = off as $$
#variable_conflict use_column
begin
  with asked as materialized (
      select a.ordinal, a.credential_id, a.nonce, a.sequence, a.key, c.device_id, c.merchant_id,
        case
          when c.id is null then 'credential_unknown'
          when c.revoked_at is not null then 'credential_revoked'
          when d.state <> 'active' then 'device_' || d.state
        end as refused
      from unnest(p_credentials, p_nonces, p_sequences, p_keys) with ordinality a (credential_id, nonce, sequence, key, ordinal)
      left join device_credential c on c.id = a.credential_id
      left join device d on d.id = c.device_id
    ), fresh as (
      insert into device_nonce (credential_id, nonce, seen_at)
        select distinct credential_id, nonce, p_at from asked where refused is null order by 1, 2
        on conflict do nothing returning credential_id, nonce
    ), heard as materialized (
      select a.ordinal, a.device_id, a.merchant_id, a.sequence, a.key,
        coalesce(a.refused, case when f.nonce is null
          or row_number() over (partition by a.credential_id, a.nonce order by a.ordinal) > 1 then 'nonce_replayed' end) as refused
      from asked a left join lateral (
        select x.nonce from fresh x where x.credential_id = a.credential_id and x.nonce = a.nonce offset 0) f on true
    ), numbered as (
      insert into device_message (device_id, sequence, idempotency_key, seen_at)
        select distinct on (a.device_id, a.sequence) a.device_id, a.sequence, a.key, p_at
          from heard a
          cross join lateral (select max(m.sequence) as highest from device_message m where m.device_id = a.device_id) h
         where a.refused is null and a.sequence is not null and a.sequence + p_window > coalesce(h.highest, 0)
         order by a.device_id, a.sequence, a.ordinal
        on conflict do nothing returning device_id, sequence, idempotency_key
    )
    select array_agg(case when h.refused is null and (h.sequence is null or n.idempotency_key = h.key) then 'admitted'
        else h.refused end order by h.ordinal),
      array_agg(h.device_id order by h.ordinal), array_agg(h.merchant_id order by h.ordinal)
      into outcomes, devices, merchants
      from heard h left join numbered n on n.device_id = h.device_id and n.sequence = h.sequence;

  if array_position(outcomes, null) is null then return; end if;
  select array_agg(
      case
        when a.outcome is not null then a.outcome
        when m.idempotency_key = a.key then 'admitted'
        when m.idempotency_key is not null then 'sequence_reused'
        when exists (select 1 from device_message k where k.device_id = a.device_id and k.idempotency_key = a.key)
          then 'idempotency_key_reused'
        else 'sequence_too_old'
      end order by a.ordinal) into outcomes
    from unnest(outcomes, devices, p_sequences, p_keys) with ordinality a(outcome, device_id, sequence, key, ordinal)
    left join lateral (
      select y.idempotency_key from device_message y
       where a.outcome is null and y.device_id = a.device_id and y.sequence = a.sequence offset 0) m on true;
end $$;
revoke execute on function device_admission from public;
grant execute on function device_admission to purse_app;

drop function device_admit;

-- The facts of each question, in order; null where there is no such device. With credentials, each message is admitted
-- first; what is remembered of messages may be lost with the server's power, because a payment that is acknowledged
-- later stands after it in the same log, so this commit does not wait for the disk.
create or replace function authorisation_facts(p_devices uuid[], p_tokens text[], p_keys text[], p_occurred timestamptz[],
    p_at timestamptz[], p_tap_hours integer, p_taps integer, p_now timestamptz, p_window bigint,
    p_credentials uuid[], p_nonces text[], p_sequences bigint[])
  returns json language plpgsql volatile security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set jit = off as $$
declare
  v_outcomes text[];
  v_off text;
  v_answer json;
begin
  if p_credentials is not null then
    v_off := set_config('synchronous_commit', 'off', true);
    v_outcomes := (device_admission(p_credentials, p_nonces, p_sequences, p_keys, p_now, p_window)).outcomes;
  end if;
  select json_agg(json_build_object(
      'outcome', v_outcomes[q.ord],
      'device', case when d.id is not null then json_build_object('id', d.id, 'programId', d.program_id,
        'merchantId', d.merchant_id, 'kind', d.kind, 'name', d.name, 'zone', d.zone, 'state', d.state,
        'latitude', d.latitude, 'longitude', d.longitude, 'maxAmountMicros', d.max_amount_micros::text,
        'currency', p.currency) end,
      'instrument', case when i.id is not null then json_build_object('id', i.id, 'payerId', i.payer_id,
        'kind', i.kind, 'label', i.label, 'token', i.token, 'state', i.state, 'blockedUntil', i.blocked_until,
        'fundingAccountId', i.funding_account_id, 'availableMicros',
        case when i.kind = 'wallet' then (a.credits_posted - a.debits_posted - a.debits_pending)::text end) end,
      'earlier', case when k.key is not null then json_build_object('requestHash', encode(k.request_hash, 'hex'),
        'status', k.status, 'response', k.response) end,
      'habit', case when h.program_id is not null then json_build_object('observations', h.observations,
        'meanLog', h.mean_log, 'm2Log', h.m2_log) end,
      'policyVersion', f.version,
      'taps', taps.list, 'limits', limits.list, 'allowances', allowances.list) order by q.ord)
    into v_answer
    from unnest(p_devices, p_tokens, p_keys, p_occurred, p_at) with ordinality q(device_id, token, key, occurred_at, at, ord)
    left join device d on d.id = q.device_id and coalesce(v_outcomes[q.ord], 'admitted') = 'admitted'
    left join program p on p.id = d.program_id
    left join lateral (select * from instrument where program_id = d.program_id and token = q.token offset 0) i on true
    left join ledger.account a on a.id = i.funding_account_id and i.kind = 'wallet'
    left join lateral (select * from idempotency_key where device_id = d.id and key = q.key offset 0) k on true
    left join fraud_habit h on h.program_id = d.program_id and h.device_kind = d.kind
    left join lateral (select max(version) as version from fraud_policy where program_id = d.program_id) f on true
    left join lateral (
      select json_agg(json_build_object('paymentId', t.id, 'at', t.occurred_at, 'latitude', t.latitude,
        'longitude', t.longitude, 'name', t.name)) as list
      from (
        select y.id, y.occurred_at, y.latitude, y.longitude, yd.name
        from payment y join device yd on yd.id = y.device_id
        where y.instrument_id = i.id and y.occurred_at <= q.occurred_at
          and y.occurred_at > q.occurred_at - make_interval(hours => p_tap_hours)
        order by y.occurred_at desc limit p_taps
      ) t
    ) taps on true
    left join lateral (
      select json_agg(json_build_object('id', l.id, 'subject', s.kind, 'subjectId', s.id, 'period', l.period,
        'start', l.start, 'maxPayments', l.max_payments, 'maxAmountMicros', l.max_amount_micros::text,
        'usedPayments', coalesce(c.payments, 0), 'usedMicros', coalesce(c.amount_micros, 0)::text)) as list
      from (values ('device', d.id), ('instrument', i.id), ('payer', i.payer_id), ('merchant', d.merchant_id)) s(kind, id)
      -- A limit of the subject's own stands in the place of the program's for the same period.
      cross join lateral (
        select distinct on (x.period) x.*, limit_period_start(x.period, q.at, p.time_zone) as start
        from (
          select * from payment_limit where program_id = d.program_id and subject_kind = s.kind and subject_id = s.id
          union all
          select * from payment_limit where program_id = d.program_id and subject_kind = s.kind and subject_id is null
        ) x
        order by x.period, x.subject_id nulls last
      ) l
      left join lateral (
        select * from limit_counter where limit_id = l.id and subject_id = s.id and period_start = l.start offset 0
      ) c on true
      where s.id is not null
    ) limits on true
    left join lateral (
      select json_agg(json_build_object('id', w.instrument_id, 'unit', w.unit, 'monthStart', w.start,
        'leftMicros', greatest(w.monthly_micros - coalesce(m.used_micros, 0), 0)::text)) as list
      from (
        select x.instrument_id, x.unit, x.monthly_micros, limit_period_start('month', q.occurred_at, p.time_zone) as start
        from allowance x join instrument xi on xi.id = x.instrument_id
        where x.payer_id = i.payer_id and (i.kind <> 'allowance' or x.instrument_id = i.id)
          and xi.state = 'active' and (xi.blocked_until is null or xi.blocked_until <= q.at)
      ) w
      left join allowance_month m on m.instrument_id = w.instrument_id and m.month_start = w.start
    ) allowances on true;
  return v_answer;
end $$;

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
    -- cases with their signals, and what is added to counters and months: seldom many, so JSON of the tables' rows
    p_cases json, p_signals json, p_counts json, p_units json,
    -- as ledger.post_transfers takes them
    t_ids uuid[], t_debits uuid[], t_credits uuid[], t_amounts bigint[], t_codes smallint[], t_flags smallint[],
    t_pending uuid[], t_timeouts integer[], t_currencies text[], t_journals uuid[], t_effective timestamptz[], t_recorded timestamptz[])
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set jit = off as $$
declare
  v_found bigint;
  v_codes text[];
begin
  -- One statement, because each costs its start.
  with keys as (
    insert into idempotency_key (device_id, key, request_hash, payment_id, status, response, created_at)
      select x.device_id, x.key, x.request_hash, x.id, x.status, x.response, x.at
        from unnest(p_device_id, p_key, p_request_hash, p_id, p_status, p_response, p_at)
          x(device_id, key, request_hash, id, status, response, at)
       order by x.device_id, x.key
      on conflict do nothing
      returning 1
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
  )
  select count(*) into v_found from keys;
  if v_found <> cardinality(p_id) then raise exception 'a key was taken meanwhile' using errcode = 'PU001'; end if;

  if p_cases is not null then
    insert into review_case (id, payment_id, program_id, merchant_id, device_id, score, base_points, policy_version,
        amount_micros, currency, expected_loss_micros, headline, would_have_passed, opened_at, due_at)
      select x.id, x.payment_id, x.program_id, x.merchant_id, x.device_id, x.score, x.base_points, x.policy_version,
        x.amount_micros, x.currency, x.expected_loss_micros, x.headline, x.would_have_passed, x.opened_at, x.due_at
        from json_populate_recordset(null::review_case, p_cases) x;
    insert into case_signal (case_id, ordinal, name, points, sentence, facts)
      select x.case_id, x.ordinal, x.name, x.points, x.sentence, x.facts from json_populate_recordset(null::case_signal, p_signals) x;
  end if;

  if p_counts is not null then
    with added as (
      insert into limit_counter as c (limit_id, subject_id, period_start, payments, amount_micros)
        select x.limit_id, x.subject_id, x.period_start, x.payments, x.amount_micros
          from json_populate_recordset(null::limit_counter, p_counts) x order by 1, 2, 3
        on conflict (limit_id, subject_id, period_start) do update
          set payments = c.payments + excluded.payments, amount_micros = c.amount_micros + excluded.amount_micros
      returning c.limit_id, c.payments, c.amount_micros)
    select count(*) into v_found from added join payment_limit l on l.id = added.limit_id
     where added.payments > l.max_payments or added.amount_micros > l.max_amount_micros;
    if v_found > 0 then raise exception 'a limit was reached meanwhile' using errcode = 'PU001'; end if;
  end if;

  if p_units is not null then
    with added as (
      insert into allowance_month as m (instrument_id, month_start, used_micros)
        select x.instrument_id, x.month_start, x.used_micros
          from json_populate_recordset(null::allowance_month, p_units) x order by 1, 2
        on conflict (instrument_id, month_start) do update set used_micros = m.used_micros + excluded.used_micros
      returning m.instrument_id, m.used_micros)
    select count(*) into v_found from added join allowance a using (instrument_id) where added.used_micros > a.monthly_micros;
    if v_found > 0 then raise exception 'an allowance was used up meanwhile' using errcode = 'PU001'; end if;
  end if;

  if t_ids is not null then
    v_codes := ledger.post_transfers(t_ids, t_debits, t_credits, t_amounts, t_codes, t_flags, t_pending, t_timeouts,
      t_currencies, t_journals, t_effective, t_recorded);
    if array_remove(v_codes, 'created') <> '{}' then
      raise exception 'the ledger refused a transfer' using errcode = 'PU001';
    end if;
  end if;
end $$;
