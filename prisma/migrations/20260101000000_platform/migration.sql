-- The application's role, the scope that row-level security reads, the outbox, the audit log and the heartbeat.

do $$
begin
  create role purse_app nologin;
exception
  when duplicate_object or unique_violation then null; -- roles belong to the cluster; another database may have made it
end $$;

-- Whoever connects must be able to become the application's role.
do $$ begin execute format('grant purse_app to %I', current_user); end $$;

grant usage on schema public to purse_app;

create function scope_kind() returns text language sql stable parallel safe
  as $$ select coalesce(current_setting('purse.scope_kind', true), '') $$;

create function scope_org() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('purse.scope_org', true), '')::uuid $$;

create function scope_is_platform() returns boolean language sql stable parallel safe
  as $$ select scope_kind() in ('operator', 'system') $$;

-- Events leave in the transaction that caused them. Column names are Debezium's outbox router's.
create table outbox (
  id uuid primary key,
  seq bigint generated always as identity,
  aggregatetype text not null,
  aggregateid uuid not null,
  type text not null,
  payload jsonb not null,
  organisation_id uuid,
  created_at timestamptz not null default clock_timestamp(),
  published_at timestamptz
);
create index outbox_waiting on outbox (seq) where published_at is null;

create table audit_entry (
  id uuid primary key,
  seq bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  actor_kind text not null,
  actor_id uuid,
  actor_part text,
  organisation_id uuid,
  action text not null,
  subject_kind text not null,
  subject_id uuid,
  before jsonb,
  after jsonb,
  request_id text
);
create index audit_entry_by_time on audit_entry (seq desc);
create index audit_entry_by_subject on audit_entry (subject_id, seq desc);
create index audit_entry_by_organisation on audit_entry (organisation_id, seq desc);

-- An entry is written once; nobody edits history.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% rows are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger audit_entry_immutable before update or delete on audit_entry
  for each row execute function refuse_change();
create trigger audit_entry_no_truncate before truncate on audit_entry
  for each statement execute function refuse_change();

-- One row a process: how the health page knows that the worker and the gateway live.
create table heartbeat (
  part text primary key,
  at timestamptz not null,
  detail jsonb not null default '{}'
);

-- Facts about this installation, such as whether it holds the demo city. Only the owner reads and writes them.
create table installation (
  key text primary key,
  value text not null,
  changed_at timestamptz not null default clock_timestamp()
);

-- Counters of fixed windows, for throttling sign-ins and the like.
create table rate_limit (
  key text not null,
  window_start timestamptz not null,
  hits integer not null,
  primary key (key, window_start)
);

alter table outbox enable row level security;
alter table audit_entry enable row level security;
alter table heartbeat enable row level security;
alter table installation enable row level security;
alter table rate_limit enable row level security;

create policy outbox_write on outbox for insert to purse_app with check (scope_kind() <> '');
create policy outbox_read on outbox for select to purse_app using (scope_is_platform());
create policy outbox_publish on outbox for update to purse_app using (scope_kind() = 'system');
create policy outbox_clear on outbox for delete to purse_app using (scope_kind() = 'system');
create policy audit_write on audit_entry for insert to purse_app with check (scope_kind() <> '');
create policy audit_read on audit_entry for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy heartbeat_all on heartbeat for all to purse_app using (scope_kind() in ('operator', 'system'));
create policy rate_limit_all on rate_limit for all to purse_app using (scope_kind() = 'system');

grant select, insert, update, delete on outbox to purse_app;
grant select, insert on audit_entry to purse_app;
grant select, insert, update on heartbeat to purse_app;
grant select, insert, update, delete on rate_limit to purse_app;

-- For the health page: what is applied. The table is made by whoever applies migrations.
grant select on _prisma_migrations to purse_app;

-- pg-boss keeps its queues in a schema of its own, made by it.
create schema if not exists pgboss authorization purse_app;
