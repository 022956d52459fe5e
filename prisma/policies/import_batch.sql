grant select, insert, update on import_batch to purse_app;
alter table import_batch enable row level security;

create policy import_batch_all on import_batch for all to purse_app using ((select scope_is_platform()));
