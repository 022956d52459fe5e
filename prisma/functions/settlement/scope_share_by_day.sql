-- The tenant's own share by local day and kind of device. It runs as the owner, because judging every payment by itself
-- costs an agency's overview more than all the rest of it; it answers of the tenant's own legs and of nothing else.
create or replace function scope_share_by_day(program uuid, since timestamptz, until timestamptz, time_zone text)
  returns table (day date, kind text, micros bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select (l.effective_at at time zone time_zone)::date, p.device_kind, sum(l.amount_micros)::bigint
      from allocation_leg l join payment p on p.id = l.payment_id
     where l.program_id = program and l.party_id = scope_org() and l.effective_at >= since and l.effective_at < until
     group by 1, 2 order by 1, 2
  $$;
