-- Guards `adjustment`: an amount in whole minor units, made once by two people (`use_confirmation`), with its other
-- side at the operator; afterwards only the run that pays it is noted. Raises check_violation (`whole_minor_units`,
-- and what `use_confirmation` raises) or restrict_violation.
create or replace function guard_adjustment() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  program_row program;
begin
  if tg_op = 'UPDATE' then
    if to_jsonb(new) - 'settlement_run_id' <> to_jsonb(old) - 'settlement_run_id'
       or (old.settlement_run_id is not null and new.settlement_run_id is distinct from old.settlement_run_id) then
      raise exception 'an adjustment is never changed; add another' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  select * into program_row from program where id = new.program_id;
  if new.amount_micros % micros_per_minor(program_row.currency) <> 0 then
    raise exception 'an adjustment is in whole minor units of %', program_row.currency
      using errcode = 'check_violation', constraint = 'whole_minor_units';
  end if;
  if new.party_id = program_row.operator_id then
    -- The other side of what a party got or gave.
    if not exists (select 1 from adjustment a join confirmation c on c.id = a.confirmation_id
        where a.confirmation_id = new.confirmation_id and a.party_id = c.organisation_id
          and a.program_id = new.program_id and a.amount_micros = -new.amount_micros) then
      raise exception 'adjustment.add was not confirmed by a second person'
        using errcode = 'check_violation', constraint = 'confirmed', detail = 'adjustment.add';
    end if;
  else
    perform use_confirmation(new.confirmation_id, 'adjustment.add', new.program_id, new.party_id, null,
      jsonb_build_object('amount_micros', new.amount_micros::text, 'reason', new.reason));
  end if;
  return new;
end $$;
