grant select, insert on case_note to purse_app;
alter table case_note enable row level security;

create policy case_note_all on case_note for all to purse_app using ((select scope_is_platform()));
