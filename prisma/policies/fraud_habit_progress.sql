grant select, insert, update on fraud_habit_progress to purse_app;
alter table fraud_habit_progress enable row level security;

create policy fraud_habit_progress_all on fraud_habit_progress for all to purse_app using ((select scope_is_platform()));
