grant select, insert, update on job_failure to purse_app;
alter table job_failure enable row level security;

create policy job_failure_edit on job_failure for update to purse_app using (scope_kind() = 'system');

create policy job_failure_read on job_failure for select to purse_app using (scope_is_platform());

create policy job_failure_write on job_failure for insert to purse_app with check (scope_kind() = 'system');
