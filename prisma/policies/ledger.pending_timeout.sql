grant select on ledger.pending_timeout to purse_app;
alter table ledger.pending_timeout enable row level security;

CREATE POLICY pending_timeout_read ON ledger.pending_timeout FOR SELECT TO purse_app
  USING ((SELECT public.scope_is_platform()));
