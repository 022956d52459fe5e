-- What a job of the worker could not do: one row an item, so that the item waits for its next try and its neighbours are
-- served meanwhile. A row is kept when the item succeeds, with the time.
create table job_failure (
  job text not null,
  item text not null,
  program_id uuid,
  reason text not null,
  attempts integer not null default 1 check (attempts > 0),
  first_failed_at timestamptz not null default clock_timestamp(),
  last_failed_at timestamptz not null default clock_timestamp(),
  next_try_at timestamptz not null,
  resolved_at timestamptz,
  primary key (job, item)
);
create index job_failure_open on job_failure (job, next_try_at) where resolved_at is null;
create index job_failure_recent on job_failure (last_failed_at desc) where resolved_at is null;

alter table job_failure enable row level security;
create policy job_failure_read on job_failure for select to purse_app using (scope_is_platform());
create policy job_failure_write on job_failure for insert to purse_app with check (scope_kind() = 'system');
create policy job_failure_edit on job_failure for update to purse_app using (scope_kind() = 'system');
grant select, insert, update on job_failure to purse_app;
