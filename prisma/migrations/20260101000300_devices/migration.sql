-- The device registry.

create table device (
  id uuid primary key,
  program_id uuid not null references program,
  merchant_id uuid not null references organisation,
  kind text not null check (kind in ('parking_meter', 'ev_charger', 'toll_gate', 'transit_validator', 'smart_meter', 'phone')),
  name text not null check (length(name) between 1 and 80),
  zone text,
  site text,
  latitude double precision check (latitude between -90 and 90),
  longitude double precision check (longitude between -180 and 180),
  state text not null default 'registered' check (state in ('registered', 'active', 'suspended', 'retired')),
  state_reason text,
  state_changed_at timestamptz not null default now(),
  -- Largest single payment that the device may ask for; null for the kind's default.
  max_amount_micros bigint check (max_amount_micros > 0),
  created_at timestamptz not null default now(),
  created_by uuid references app_user,
  last_seen_at timestamptz,
  last_sequence bigint not null default 0,
  last_payment_at timestamptz
);
create index device_by_merchant on device (merchant_id, id);
create index device_by_program on device (program_id, id);

create table device_credential (
  id uuid primary key,
  device_id uuid not null references device,
  merchant_id uuid not null references organisation,
  -- Raw Ed25519 public key.
  public_key bytea not null unique check (length(public_key) = 32),
  created_at timestamptz not null default now(),
  created_by uuid references app_user,
  revoked_at timestamptz
);
create index device_credential_by_device on device_credential (device_id);

-- Nonces of the last minutes; a second use within the clock-skew window is a replay.
create table device_nonce (
  credential_id uuid not null references device_credential,
  nonce text not null,
  seen_at timestamptz not null,
  primary key (credential_id, nonce)
);
create index device_nonce_by_age on device_nonce (seen_at);

create table device_refusal (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  device_id uuid references device,
  merchant_id uuid references organisation,
  code text not null,
  detail text
);
create index device_refusal_by_device on device_refusal (device_id, id desc);

alter table device enable row level security;
alter table device_credential enable row level security;
alter table device_nonce enable row level security;
alter table device_refusal enable row level security;

create policy device_read on device for select to purse_app using (scope_is_platform() or merchant_id = scope_org());
create policy device_write on device for insert to purse_app with check (scope_is_platform());
create policy device_edit on device for update to purse_app
  using (scope_is_platform() or (scope_kind() = 'device' and merchant_id = scope_org()));
create policy device_credential_read on device_credential for select to purse_app
  using (scope_is_platform() or merchant_id = scope_org());
create policy device_credential_write on device_credential for insert to purse_app with check (scope_is_platform());
create policy device_credential_edit on device_credential for update to purse_app using (scope_is_platform());
create policy device_nonce_all on device_nonce for all to purse_app using (scope_kind() in ('system', 'device'));
create policy device_refusal_read on device_refusal for select to purse_app
  using (scope_is_platform() or merchant_id = scope_org());
create policy device_refusal_write on device_refusal for insert to purse_app
  with check (scope_kind() in ('system', 'device'));

grant select, insert, update on device, device_credential to purse_app;
grant select, insert, delete on device_nonce to purse_app;
grant select, insert on device_refusal to purse_app;
