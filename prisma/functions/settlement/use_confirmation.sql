-- The only way to a deed: a confirmed proposal of just this deed that was not used before.
create or replace function use_confirmation(proposal_id uuid, of_action text, of_program uuid, of_organisation uuid, of_subject uuid, of_payload jsonb)
  returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update confirmation set applied_at = confirmed_at
   where id = proposal_id and action = of_action and confirmed_by is not null and applied_at is null
     and program_id is not distinct from of_program and organisation_id is not distinct from of_organisation
     and subject_id is not distinct from of_subject and payload = of_payload;
  if not found then
    raise exception '% was not confirmed by a second person', of_action
      using errcode = 'check_violation', constraint = 'confirmed', detail = of_action;
  end if;
end $$;

revoke execute on function use_confirmation from public;
