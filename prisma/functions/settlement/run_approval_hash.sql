-- SHA-256, in hexadecimal, of what an approval of this run binds: how many payouts, and of each whom, how much
-- (micros) and into which account. `proposed` as in `run_payable`.
create or replace function run_approval_hash(run uuid, proposed boolean) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select sha256_of(count(*) || E'\n' || coalesce(string_agg(
        jsonb_build_array(payout_id, party_id, party_name, amount_micros::text, currency, bank_account_id, holder, account)::text,
        E'\n' order by payout_id), ''))
      from run_payable(run, proposed)
  $$;
