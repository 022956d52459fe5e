-- Why a person may not stand on one side of a proposal, or null: 'not_a_signer', 'above_limit', 'party_must_confirm'.
create or replace function signer_fault(proposal confirmation, person uuid, in_organisation uuid, as_confirmer boolean, at timestamptz)
  returns text language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  signs_as text := signing_role(person, in_organisation);
  in_kind text := (select kind from organisation where id = in_organisation);
  currency_of text;
begin
  if signs_as is null then return 'not_a_signer'; end if;
  if in_kind = 'operator' then
    if proposal.program_id is not null
       and not exists (select 1 from program where id = proposal.program_id and operator_id = in_organisation) then
      return 'not_a_signer';
    end if;
    if proposal.action = 'authority_setting.set' and not as_confirmer and signs_as <> 'admin' then
      return 'not_a_signer';
    end if;
  elsif proposal.action <> 'bank_account.use' or in_organisation is distinct from proposal.organisation_id then
    return 'not_a_signer';
  end if;
  -- What the operator enters on a party's behalf is for the party to confirm, as soon as it has somebody who can.
  if proposal.action = 'bank_account.use' and as_confirmer and in_organisation <> proposal.organisation_id
     and proposal.proposed_in <> proposal.organisation_id and has_active_admin(proposal.organisation_id) then
    return 'party_must_confirm';
  end if;
  if proposal.action = 'adjustment.add' then
    select currency into currency_of from program where id = proposal.program_id;
    if adjusted_minor(person, as_confirmer, currency_of, at, proposal.id)
       + abs((proposal.payload ->> 'amount_micros')::numeric) / micros_per_minor(currency_of)
       > authority_value('adjustment_limit.' || signs_as) then
      return 'above_limit';
    end if;
  end if;
  return null;
end $$;
