-- The facts of each question, in order; null where there is no such device. With credentials, each message is admitted
-- first; what is remembered of messages may be lost with the server's power, because a payment that is acknowledged
-- later stands after it in the same log, so this commit does not wait for the disk.
create or replace function authorisation_facts(p_devices uuid[], p_tokens text[], p_keys text[], p_occurred timestamptz[],
    p_at timestamptz[], p_credentials uuid[], p_nonces text[], p_sequences bigint[], p_window bigint,
    p_tap_hours integer, p_taps integer)
  returns table (outcome text, known boolean,
    device_id uuid, program_id uuid, merchant_id uuid, device_kind text, device_name text, zone text, device_state text,
    latitude float8, longitude float8, max_amount_micros bigint, currency text,
    instrument_id uuid, payer_id uuid, instrument_kind text, instrument_label text, instrument_state text,
    blocked_until timestamptz, funding_account_id uuid, available_micros bigint,
    request_hash bytea, status smallint, response json,
    observations bigint, mean_log float8, m2_log float8, policy_version integer,
    taps json, limits json, allowances json)
  language plpgsql stable security definer set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set jit = off as $$
#variable_conflict use_column
begin
  return query
  select
      case
        when p_credentials is null then null
        when c.id is null then 'credential_unknown'
        when c.revoked_at is not null then 'credential_revoked'
        when d.state <> 'active' then 'device_' || d.state
        when n.seen then 'nonce_replayed'
        when q.sequence is null or m.idempotency_key = q.key then 'admitted'
        when m.idempotency_key is not null then 'sequence_reused'
        when (select true from device_message x where x.device_id = c.device_id
            and x.idempotency_key between q.key and q.key order by x.idempotency_key limit 1)
          then 'idempotency_key_reused'
        when q.sequence + p_window > coalesce(
          (select max(x.sequence) from device_message x where x.device_id = c.device_id), 0) then 'admitted'
        else 'sequence_too_old'
      end,
      m.idempotency_key is not null,
      d.id, d.program_id, d.merchant_id, d.kind, d.name, d.zone, d.state, d.latitude, d.longitude,
      d.max_amount_micros, p.currency::text,
      i.id, i.payer_id, i.kind, i.label, i.state, i.blocked_until, i.funding_account_id,
      case when i.kind = 'wallet' then a.credits_posted - a.debits_posted - a.debits_pending end,
      k.request_hash, k.status, k.response,
      h.observations, h.mean_log, h.m2_log, f.version,
      taps.list, limits.list, allowances.list
    from unnest(p_devices, p_tokens, p_keys, p_occurred, p_at, p_credentials, p_nonces, p_sequences)
      with ordinality q(device_id, token, key, occurred_at, at, credential_id, nonce, sequence, ord)
    left join device d on d.id = q.device_id
    left join program p on p.id = d.program_id
    left join device_credential c on c.id = q.credential_id
    left join lateral (
      select true as seen from device_nonce where credential_id = q.credential_id and nonce = q.nonce offset 0) n on true
    left join lateral (
      select idempotency_key from device_message
       where device_id = c.device_id and sequence between q.sequence and q.sequence order by sequence limit 1) m on true
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
      select json_agg(json_build_object('id', l.id, 'subject', l.subject_kind, 'subjectId', l.bound, 'period', l.period,
        'start', l.start, 'maxPayments', l.max_payments, 'maxAmountMicros', l.max_amount_micros::text,
        'usedPayments', coalesce(u.payments, 0), 'usedMicros', coalesce(u.amount_micros, 0)::text)) as list
      -- A limit of the subject's own stands in the place of the program's for the same period.
      from (
        select distinct on (x.subject_kind, x.period) x.*, limit_period_start(x.period, q.at, p.time_zone) as start
        from (
          select y.*, case y.subject_kind when 'device' then d.id when 'instrument' then i.id
              when 'payer' then i.payer_id else d.merchant_id end as bound
            from payment_limit y
           where y.program_id = d.program_id and y.subject_kind = any('{device,instrument,payer,merchant}')
             and y.subject_id = any(array[d.id, i.id, i.payer_id, d.merchant_id])
          union all
          select y.*, case y.subject_kind when 'device' then d.id when 'instrument' then i.id
              when 'payer' then i.payer_id else d.merchant_id end
            from payment_limit y
           where y.program_id = d.program_id and y.subject_kind = any('{device,instrument,payer,merchant}')
             and y.subject_id is null
        ) x
        where x.bound is not null and x.bound is not distinct from coalesce(x.subject_id, x.bound)
        order by x.subject_kind, x.period, x.subject_id nulls last
      ) l
      left join lateral (
        select * from limit_counter where limit_id = l.id and subject_id = l.bound and period_start = l.start offset 0
      ) u on true
    ) limits on true
    left join lateral (
      select json_agg(json_build_object('id', w.instrument_id, 'unit', w.unit, 'monthStart', w.start,
        'leftMicros', greatest(w.monthly_micros - coalesce(m.used_micros, 0), 0)::text)) as list
      from (
        select x.instrument_id, x.unit, x.monthly_micros, limit_period_start('month', q.occurred_at, p.time_zone) as start
        from (select * from allowance where payer_id = i.payer_id order by unit) x
        join instrument xi on xi.id = x.instrument_id
        where (i.kind <> 'allowance' or x.instrument_id = i.id)
          and xi.state = 'active' and (xi.blocked_until is null or xi.blocked_until <= q.at)
      ) w
      left join lateral (
        select used_micros from allowance_month where instrument_id = w.instrument_id and month_start = w.start offset 0
      ) m on true
    ) allowances on true
    order by q.ord;
end $$;

revoke execute on function authorisation_facts from public;
grant execute on function authorisation_facts to purse_app;
