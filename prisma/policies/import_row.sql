grant select, insert on import_row to purse_app;
alter table import_row enable row level security;

create policy import_row_all on import_row for all to purse_app using ((select scope_is_platform()));
