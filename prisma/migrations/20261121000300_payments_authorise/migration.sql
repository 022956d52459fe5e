-- The authorisation path: one statement for everything that a group of payments is decided on, one that commits what
-- was decided. Each is a transaction of its own, so a group costs two round trips. They act for the platform: one
-- group holds devices of several merchants, and who each device is was verified before. Plans are kept by connections
-- that may have been opened when the tables were empty, so that only those that grow well are allowed: every look-up
-- is by an index.

-- The facts of each question, in order; null where there is no such device. With credentials, each message is admitted
-- first (see device_admit); what is remembered of messages may be lost with the server's power, because a payment that
-- is acknowledged later stands after it in the same log, so this commit does not wait for the disk.
create function authorisation_facts(p_devices uuid[], p_tokens text[], p_keys text[], p_occurred timestamptz[],
    p_at timestamptz[], p_tap_hours integer, p_taps integer, p_now timestamptz, p_window bigint,
    p_credentials uuid[], p_nonces text[], p_sequences bigint[])
  returns json language plpgsql volatile security definer set search_path = public, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_outcomes text[];
  v_answer json;
begin
  if p_credentials is not null then
    perform set_config('synchronous_commit', 'off', true);
    select array_agg(a.outcome order by a.ordinal) into v_outcomes
      from device_admit(p_credentials, p_nonces, p_sequences, p_keys, p_now, p_window) a;
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
    left join instrument i on i.program_id = d.program_id and i.token = q.token
    left join ledger.account a on a.id = i.funding_account_id and i.kind = 'wallet'
    left join idempotency_key k on k.device_id = d.id and k.key = q.key
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
        from payment_limit x
        where x.program_id = d.program_id and x.subject_kind = s.kind and (x.subject_id = s.id or x.subject_id is null)
        order by x.period, x.subject_id nulls last
      ) l
      left join limit_counter c on c.limit_id = l.id and c.subject_id = s.id and c.period_start = l.start
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
-- money gone) it raises PU001, and the caller looks again. Locks are taken in one order everywhere: devices, keys,
-- counters, allowances, and the ledger's accounts last, because all payments of a program meet at its clearing account
-- and should hold it for no longer than a commit.
create function commit_authorisations(p_payments json, p_answers json, p_events json, p_outbox json,
    p_cases json, p_signals json, p_counts json, p_units json,
    p_ids uuid[], p_debits uuid[], p_credits uuid[], p_amounts bigint[], p_codes smallint[], p_flags smallint[],
    p_pending uuid[], p_timeouts integer[], p_currencies text[], p_journals uuid[], p_effective timestamptz[], p_recorded timestamptz[])
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_seen record;
  v_found bigint;
  v_wanted bigint := json_array_length(p_answers);
begin
  -- "Last payment" is a note for people; a row of a busy device is not rewritten more than once a second.
  for v_seen in
    select x.device_id, max(x.created_at) as at
      from json_to_recordset(p_answers) as x(device_id uuid, created_at timestamptz) group by 1 order by 1
  loop
    update device set last_payment_at = greatest(last_payment_at, v_seen.at), last_seen_at = greatest(last_seen_at, v_seen.at)
     where id = v_seen.device_id and (last_payment_at is null or last_payment_at < v_seen.at - interval '1 second');
  end loop;

  insert into idempotency_key (device_id, key, request_hash, payment_id, status, response, created_at)
    select x.device_id, x.key, decode(x.request_hash, 'hex'), x.payment_id, x.status, x.response, x.created_at
      from json_to_recordset(p_answers) as x(device_id uuid, key text, request_hash text, payment_id uuid,
        status smallint, response jsonb, created_at timestamptz)
     order by x.device_id, x.key
    on conflict do nothing;
  get diagnostics v_found = row_count;
  if v_found <> v_wanted then raise exception 'a key was taken meanwhile' using errcode = 'PU001'; end if;

  insert into payment (id, program_id, merchant_id, device_id, device_kind, zone, payer_id, instrument_id,
      instrument_kind, instrument_label, source, external_ref, device_sequence, currency, amount_micros, captured_micros,
      state, decline_reason, description, quantity, latitude, longitude, risk_score, capture_on_approval, occurred_at,
      authorised_at, expires_at, captured_at, closed_at, hold_transfer_id, capture_transfer_id, capture_seq,
      allowance_id, allowance_month, allowance_unit, allowance_quantity_micros, allowance_micros, counted)
    select x.id, x.program_id, x.merchant_id, x.device_id, x.device_kind, x.zone, x.payer_id, x.instrument_id,
      x.instrument_kind, x.instrument_label, x.source, x.external_ref, x.device_sequence, x.currency, x.amount_micros, x.captured_micros,
      x.state, x.decline_reason, x.description, x.quantity, x.latitude, x.longitude, x.risk_score, x.capture_on_approval, x.occurred_at,
      x.authorised_at, x.expires_at, x.captured_at, x.closed_at, x.hold_transfer_id, x.capture_transfer_id,
      case when x.captured_micros > 0 then nextval('payment_capture_seq') end,
      x.allowance_id, x.allowance_month, x.allowance_unit, x.allowance_quantity_micros, x.allowance_micros, x.counted
      from json_populate_recordset(null::payment, p_payments) x;

  insert into payment_event (payment_id, merchant_id, at, kind, detail)
    select x.payment_id, x.merchant_id, x.at, x.kind, x.detail from json_populate_recordset(null::payment_event, p_events) x;
  if p_cases is not null then
    insert into review_case (id, payment_id, program_id, merchant_id, device_id, score, base_points, policy_version,
        amount_micros, currency, expected_loss_micros, headline, would_have_passed, opened_at, due_at)
      select x.id, x.payment_id, x.program_id, x.merchant_id, x.device_id, x.score, x.base_points, x.policy_version,
        x.amount_micros, x.currency, x.expected_loss_micros, x.headline, x.would_have_passed, x.opened_at, x.due_at
        from json_populate_recordset(null::review_case, p_cases) x;
    insert into case_signal (case_id, ordinal, name, points, sentence, facts)
      select x.case_id, x.ordinal, x.name, x.points, x.sentence, x.facts from json_populate_recordset(null::case_signal, p_signals) x;
  end if;
  insert into outbox (id, aggregatetype, aggregateid, type, payload, organisation_id)
    select x.id, x.aggregatetype, x.aggregateid, x.type, x.payload, x.organisation_id
      from json_populate_recordset(null::outbox, p_outbox) x;

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

  if p_ids is not null then
    if exists (select 1 from unnest(ledger.post_transfers(p_ids, p_debits, p_credits, p_amounts, p_codes, p_flags, p_pending,
        p_timeouts, p_currencies, p_journals, p_effective, p_recorded)) code where code <> 'created') then
      raise exception 'the ledger refused a transfer' using errcode = 'PU001';
    end if;
  end if;
end $$;

revoke execute on function authorisation_facts, commit_authorisations from public;
grant execute on function authorisation_facts, commit_authorisations to purse_app;

-- Notes of when a device was last heard of are rewritten often; room in the page keeps its indexes out of it.
alter table device set (fillfactor = 60);
