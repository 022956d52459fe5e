grant select on ledger.failed_id to purse_app;
alter table ledger.failed_id enable row level security;

CREATE POLICY failed_id_read ON ledger.failed_id FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
