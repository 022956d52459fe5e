grant select, insert, update on review_case to purse_app;
alter table review_case enable row level security;

create policy review_case_all on review_case for all to purse_app using ((select scope_is_platform()));
