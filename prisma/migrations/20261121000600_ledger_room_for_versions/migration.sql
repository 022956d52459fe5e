-- A hot page of accounts needs room for three versions of each row: the one that stands, the one before it, which a
-- caller who waited may still see, and the one that is being written. Then an update stays on its page and out of the
-- indexes, and the table stops growing. Pages that are full already fill up as before until they are rewritten.
ALTER TABLE ledger.account SET (fillfactor = 33);
