-- Whether a settlement run holds a payment of the import.
create or replace function import_is_settled(import uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select exists (select 1 from payment p join tranche t on coalesce(t.part_of, t.no) = p.tranche_no
        and p.captured_at >= coalesce(t.effective_from, '-infinity')
        and p.captured_at < coalesce(t.effective_until, 'infinity')
      where p.import_id = import and t.settlement_run_id is not null)
  $$;
