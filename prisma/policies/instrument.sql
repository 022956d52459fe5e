grant select, insert, update on instrument to purse_app;
alter table instrument enable row level security;

create policy instrument_all on instrument for all to purse_app using ((select scope_is_platform()));
