-- An import of which something is settled is taken back by two people.
alter table confirmation drop constraint confirmation_action;
alter table confirmation add constraint confirmation_action check (action in
  ('adjustment.add', 'payout_rule.set', 'payout.take_back', 'bank_account.use', 'authority_setting.set', 'import.undo'));

alter table import_batch add column undo_confirmation_id uuid references confirmation;

-- Whether a settlement run holds a payment of the import.
create function import_is_settled(import uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select exists (select 1 from payment p join tranche t on coalesce(t.part_of, t.no) = p.tranche_no
        and p.captured_at >= coalesce(t.effective_from, '-infinity')
        and p.captured_at < coalesce(t.effective_until, 'infinity')
      where p.import_id = import and t.settlement_run_id is not null)
  $$;

-- What is left of an import's payments to be given back.
create function import_left_micros(import uuid) returns numeric
  language sql stable security definer set search_path = public, pg_temp
  as $$ select coalesce(sum(captured_micros - refunded_micros), 0) from payment where import_id = import $$;

create function guard_import_undo() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if import_is_settled(new.id) then
    perform use_confirmation(new.undo_confirmation_id, 'import.undo', new.program_id, new.merchant_id, new.id,
      jsonb_build_object('amount_micros', import_left_micros(new.id)::text, 'reason', new.undo_reason));
  end if;
  return new;
end $$;
create trigger guard_undo before update on import_batch for each row
  when (old.undo_started_at is distinct from new.undo_started_at or old.undo_reason is distinct from new.undo_reason)
  execute function guard_import_undo();
