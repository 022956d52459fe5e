grant select on evidence_entry to purse_app;
alter table evidence_entry enable row level security;

create policy evidence_entry_read on evidence_entry for select to purse_app using ((select scope_is_platform()));
