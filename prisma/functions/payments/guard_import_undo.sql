-- Trigger on `import_batch`: an import of which something is settled is undone by two people. The confirmation says
-- how much is given back and why; another sum or reason is another deed (see `use_confirmation`).
create or replace function guard_import_undo() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if import_is_settled(new.id) then
    perform use_confirmation(new.undo_confirmation_id, 'import.undo', new.program_id, new.merchant_id, new.id,
      jsonb_build_object('amount_micros', import_left_micros(new.id)::text, 'reason', new.undo_reason));
  end if;
  return new;
end $$;
