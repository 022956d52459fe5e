-- What the person has proposed, or confirmed, of adjustments within the 24 hours before `at`, in minor units, leaving
-- out one proposal. Rejected, withdrawn and expired ones do not count.
create or replace function adjusted_minor(person uuid, as_confirmer boolean, in_currency text, at timestamptz, without uuid)
  returns numeric language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(sum(abs((c.payload ->> 'amount_micros')::bigint)), 0) / micros_per_minor(in_currency)
      from confirmation c join program p on p.id = c.program_id
     where c.action = 'adjustment.add' and c.id <> without and c.outcome is null and p.currency = in_currency
       and case when as_confirmer then c.confirmed_by = person and c.confirmed_at > at - interval '24 hours'
                else c.proposed_by = person and c.proposed_at > at - interval '24 hours' end
  $$;
