grant select, insert, update, delete on limit_counter to purse_app;
alter table limit_counter enable row level security;

create policy limit_counter_all on limit_counter for all to purse_app using ((select scope_is_platform()));
