grant select on evidence_block to purse_app;
alter table evidence_block enable row level security;

create policy evidence_block_read on evidence_block for select to purse_app using ((select scope_is_platform()));
