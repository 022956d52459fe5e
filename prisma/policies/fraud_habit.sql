grant select, insert, update on fraud_habit to purse_app;
alter table fraud_habit enable row level security;

create policy fraud_habit_all on fraud_habit for all to purse_app using ((select scope_is_platform()));
