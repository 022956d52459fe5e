-- Facts on which an approval stands: whoever changes one takes back every approval that stands on it.
create or replace function void_approvals_of(party uuid, program uuid, in_currency text, why text) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  run uuid;
begin
  for run in select distinct p.run_id from payout p
      where p.state = 'approved' and p.party_id = party
        and (program is null or p.program_id = program) and (in_currency is null or p.currency = in_currency)
      order by 1 loop
    perform void_run_approval(run, why);
  end loop;
end $$;

revoke execute on function void_approvals_of from public;
