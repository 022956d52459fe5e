-- Row-level security of writes: what a tenant's transaction may write beside reading.

-- An entry of the audit log, and an event, are of the tenant that writes them; the platform writes for others too.
drop policy audit_write on audit_entry;
create policy audit_write on audit_entry for insert to purse_app
  with check (scope_is_platform() or (scope_kind() <> '' and organisation_id = scope_org()));
drop policy outbox_write on outbox;
create policy outbox_write on outbox for insert to purse_app
  with check (scope_is_platform() or (scope_kind() <> ''
    and (organisation_id is null or organisation_id = scope_org() or scope_shares_program_with(organisation_id))));

-- A tenant enters an account, which waits; it never writes one that is in use, and devices write none.
drop policy bank_account_all on bank_account;
create policy bank_account_read on bank_account for select to purse_app
  using (scope_is_platform() or (scope_kind() in ('merchant', 'agency') and organisation_id = scope_org()));
create policy bank_account_write on bank_account for insert to purse_app
  with check (scope_is_platform()
    or (scope_kind() in ('merchant', 'agency') and organisation_id = scope_org() and state = 'waiting' and approved_by is null));
create policy bank_account_edit on bank_account for update to purse_app
  using (scope_is_platform() or (scope_kind() in ('merchant', 'agency') and organisation_id = scope_org()));

-- Nobody posts without saying for whom, and agencies post nothing. The owner of the functions may, for migrations.
do $$
declare
  each record;
  body text;
  good text;
begin
  for each in
    select p.oid, p.proname from pg_proc p
     where p.pronamespace = 'ledger'::regnamespace
       and p.proname in ('post_transfers', 'create_accounts', 'expire_pending', 'seal_next_block')
  loop
    body := pg_get_functiondef(each.oid);
    good := regexp_replace(body, E'\nBEGIN\n', format(E'\nBEGIN\n  IF public.scope_kind() NOT IN (%s)\n    AND NOT pg_has_role(session_user, current_user, ''member'') THEN\n    RAISE EXCEPTION ''ledger.%s needs a scope that may post'' USING ERRCODE = ''insufficient_privilege'';\n  END IF;\n',
      case when each.proname in ('post_transfers', 'create_accounts') then '''system'', ''operator'', ''merchant'', ''device''' else '''system'', ''operator''' end,
      each.proname));
    if good = body then raise exception 'ledger.% is not the function that was expected', each.proname; end if;
    execute good;
  end loop;
  -- The gateway's one call that commits authorisations says for whom it acts.
  for each in select p.oid::regprocedure as signature from pg_proc p where p.proname = 'commit_authorisations' loop
    execute format('alter function %s set purse.scope_kind = ''system''', each.signature);
  end loop;
end $$;
