-- Guards `bank_account`: it waits until a second person confirmed it (`bank_account.use`), rests as long as the
-- settings say when it replaces another, is active, and is disabled. Nothing else of it ever changes. Raises
-- check_violation (`confirmed`, `bank_account_rests`), insufficient_privilege for another's name, restrict_violation.
create or replace function guard_bank_account() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  moves text[] := array['state', 'approved_by', 'confirmation_id', 'usable_from', 'activated_at', 'disabled_at', 'disabled_reason'];
begin
  if tg_op = 'INSERT' then
    if new.state <> 'waiting' or new.confirmation_id is not null or new.usable_from is not null then
      raise exception 'a bank account begins by waiting for a second person'
        using errcode = 'check_violation', constraint = 'confirmed', detail = 'bank_account.use';
    end if;
    if scope_actor() is not null and scope_actor() is distinct from new.created_by then
      raise exception 'a bank account is entered in another person''s name' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end if;
  if to_jsonb(new) - moves <> to_jsonb(old) - moves then
    raise exception 'a bank account is never changed; enter another' using errcode = 'restrict_violation';
  end if;
  if new.state = old.state then
    if to_jsonb(new) <> to_jsonb(old) then
      raise exception 'a bank account is never changed; enter another' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  if old.state = 'waiting' and new.state = 'resting' then
    perform use_confirmation(new.confirmation_id, 'bank_account.use', null, new.organisation_id, new.id,
      jsonb_build_object('currency', new.currency, 'holder', new.holder, 'bank_name', new.bank_name,
        'account_sha256', sha256_of(new.iban)));
    new.approved_by := (select confirmed_by from confirmation where id = new.confirmation_id);
    -- The first account of a party replaces none, so nobody is to be warned.
    new.usable_from := (select confirmed_at from confirmation where id = new.confirmation_id)
      + case when exists (select 1 from bank_account b where b.organisation_id = new.organisation_id
                and b.currency = new.currency and b.activated_at is not null)
             then make_interval(hours => authority_value('bank_account.cooling_hours')::integer)
             else interval '0' end;
  elsif old.state = 'resting' and new.state = 'active' then
    -- Clocks of two machines may differ by a little.
    if new.usable_from is distinct from old.usable_from or new.usable_from > clock_timestamp() + interval '5 minutes'
       or new.activated_at is null or new.activated_at < new.usable_from then
      raise exception 'the bank account rests until %', old.usable_from
        using errcode = 'check_violation', constraint = 'bank_account_rests';
    end if;
  elsif not (old.state = 'waiting' and new.state = 'refused')
    and not (old.state in ('resting', 'active') and new.state = 'disabled' and new.disabled_at is not null) then
    raise exception 'a bank account does not go from % to %', old.state, new.state using errcode = 'restrict_violation';
  end if;
  if new.state <> 'resting' and (new.approved_by is distinct from old.approved_by or new.confirmation_id is distinct from old.confirmation_id
      or new.usable_from is distinct from old.usable_from) then
    raise exception 'a bank account is never changed; enter another' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
