-- Why this person may not confirm a proposal at this moment, or null when they may.
create or replace function confirmation_fault(proposal_id uuid, person uuid, in_organisation uuid, at timestamptz) returns text
  language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  proposal confirmation;
begin
  select * into proposal from confirmation where id = proposal_id;
  if proposal.id is null then return 'not_found'; end if;
  if proposal.confirmed_by is not null or proposal.outcome is not null then return 'answered_already'; end if;
  if at >= proposal.expires_at then return 'expired'; end if;
  return coalesce(second_person_fault(proposal.proposed_by, person, proposal.proposed_at),
                  signer_fault(proposal, person, in_organisation, true, at));
end $$;
