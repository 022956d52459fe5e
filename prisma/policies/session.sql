grant select, insert, update on session to purse_app;
alter table session enable row level security;

create policy session_all on session for all to purse_app using (scope_kind() = 'system');
