grant select, insert, update, delete on import_mapping to purse_app;
alter table import_mapping enable row level security;

create policy import_mapping_all on import_mapping for all to purse_app using ((select scope_is_platform()));
