-- The authorisation path with fewer statements for each group: what a statement costs before its first row is most of
-- what a small group costs.
-- Admits verified messages: nonces and numbers are written, and each message whose number was new is answered from what
-- was written. Only where a number was known already is it read who had it. In order: what became of each message, and
-- whose device sent it; nulls where the credential is unknown.
create or replace function device_admission(p_credentials uuid[], p_nonces text[], p_sequences bigint[], p_keys text[],
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
