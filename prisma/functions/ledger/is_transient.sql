-- Refusals that could pass later; their ids are remembered, so that a late retry cannot succeed by surprise.
CREATE OR REPLACE FUNCTION ledger.is_transient(p_code text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_code = ANY ('{debit_account_not_found,credit_account_not_found,pending_transfer_not_found,exceeds_credits,exceeds_debits,debit_account_already_closed,credit_account_already_closed}'::text[])
$$;

revoke execute on function ledger.is_transient from public;
