-- People, organisations and programs.

create table organisation (
  id uuid primary key,
  kind text not null check (kind in ('merchant', 'agency', 'operator')),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text not null check (length(name) between 1 and 120),
  created_at timestamptz not null default now(),
  suspended_at timestamptz
);

create table app_user (
  id uuid primary key,
  email text not null check (email = lower(email) and length(email) <= 254),
  name text not null check (length(name) between 1 and 120),
  created_at timestamptz not null default now(),
  last_sign_in_at timestamptz,
  disabled_at timestamptz,
  preferences jsonb not null default '{}',
  unique (email)
);

-- Apart from the person, so that no portal's query can reach it.
create table user_secret (
  user_id uuid primary key references app_user,
  password_hash text not null,
  password_changed_at timestamptz not null default now(),
  totp_secret text,
  totp_confirmed_at timestamptz
);

create table membership (
  id uuid primary key,
  user_id uuid not null references app_user,
  organisation_id uuid not null references organisation,
  role text not null check (role in ('admin', 'finance', 'viewer', 'fraud_analyst', 'device_manager', 'auditor')),
  created_at timestamptz not null default now(),
  created_by uuid references app_user,
  revoked_at timestamptz
);
create unique index membership_once on membership (user_id, organisation_id) where revoked_at is null;
create index membership_by_organisation on membership (organisation_id);

-- The cookie's token holds nothing but this row's id; revoking the row ends the session at once.
create table session (
  id uuid primary key,
  user_id uuid not null references app_user,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  user_agent text,
  ip inet
);
create index session_by_user on session (user_id, created_at desc);

create table invitation (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  email text check (email = lower(email)),
  role text not null,
  token_hash bytea not null unique,
  created_by uuid references app_user,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references app_user,
  revoked_at timestamptz
);
create index invitation_by_organisation on invitation (organisation_id);

create table program (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text not null,
  operator_id uuid not null references organisation,
  currency char(3) not null,
  time_zone text not null,
  -- {"every":"day"|"week"|"month","day":1,"cutOff":"22:00","payoutDelayBusinessDays":1}
  calendar jsonb not null,
  created_at timestamptz not null default now(),
  closed_at timestamptz
);

create table program_party (
  program_id uuid not null references program,
  organisation_id uuid not null references organisation,
  joined_at timestamptz not null default now(),
  primary key (program_id, organisation_id)
);
create index program_party_by_organisation on program_party (organisation_id);

-- Whether the tenant of this transaction sits in a program together with `other`; parties of one program may know
-- each other's names and nothing else. It runs as the owner so that it does not recurse into the policies.
create function scope_shares_program_with(other uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select exists (
      select 1 from program_party mine join program_party theirs using (program_id)
      where mine.organisation_id = scope_org() and theirs.organisation_id = other)
    or exists (
      select 1 from program_party mine join program on program.id = mine.program_id
      where mine.organisation_id = scope_org() and program.operator_id = other)
  $$;
create function scope_in_program(program uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from program_party where program_id = program and organisation_id = scope_org()) $$;
create function scope_has_member(person uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from membership where user_id = person and organisation_id = scope_org()) $$;

alter table organisation enable row level security;
alter table app_user enable row level security;
alter table user_secret enable row level security;
alter table membership enable row level security;
alter table session enable row level security;
alter table invitation enable row level security;
alter table program enable row level security;
alter table program_party enable row level security;

create policy organisation_read on organisation for select to purse_app
  using (scope_is_platform() or id = scope_org() or scope_shares_program_with(id));
create policy organisation_write on organisation for insert to purse_app with check (scope_is_platform());
create policy organisation_edit on organisation for update to purse_app using (scope_is_platform());
create policy app_user_read on app_user for select to purse_app using (scope_is_platform() or scope_has_member(id));
create policy app_user_write on app_user for insert to purse_app with check (scope_kind() = 'system');
create policy app_user_edit on app_user for update to purse_app using (scope_kind() = 'system');
create policy user_secret_all on user_secret for all to purse_app using (scope_kind() = 'system');
create policy membership_read on membership for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy membership_write on membership for insert to purse_app
  with check (scope_is_platform() or organisation_id = scope_org());
create policy membership_edit on membership for update to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy session_all on session for all to purse_app using (scope_kind() = 'system');
create policy invitation_all on invitation for all to purse_app
  using (scope_is_platform() or organisation_id = scope_org());
create policy program_read on program for select to purse_app using (scope_is_platform() or scope_in_program(id));
create policy program_write on program for insert to purse_app with check (scope_is_platform());
create policy program_edit on program for update to purse_app using (scope_is_platform());
create policy program_party_read on program_party for select to purse_app
  using (scope_is_platform() or scope_in_program(program_id));
create policy program_party_write on program_party for insert to purse_app with check (scope_is_platform());

grant select, insert, update on organisation, app_user, user_secret, membership, session, invitation, program to purse_app;
grant select, insert on program_party to purse_app;
