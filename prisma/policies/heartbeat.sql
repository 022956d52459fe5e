grant select, insert, update on heartbeat to purse_app;
alter table heartbeat enable row level security;

create policy heartbeat_all on heartbeat for all to purse_app using (scope_kind() in ('operator', 'system'));
