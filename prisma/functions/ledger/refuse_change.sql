-- Trigger: the ledger's rows are never updated or deleted, not even by a superuser. Raises restrict_violation.
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger.% is append-only: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Correct with a new transfer.';
END $$;

revoke execute on function ledger.refuse_change from public;
