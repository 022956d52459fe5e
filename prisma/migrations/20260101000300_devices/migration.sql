-- The device registry, and what the gateway remembers of devices' messages.

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
  last_payment_at timestamptz,
  constraint device_place_is_whole check ((latitude is null) = (longitude is null))
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

-- One message of a device: its number and its idempotency key belong together, whatever order messages arrive in.
create table device_message (
  device_id uuid not null references device,
  sequence bigint not null check (sequence > 0),
  idempotency_key text not null,
  seen_at timestamptz not null,
  primary key (device_id, sequence),
  unique (device_id, idempotency_key)
);

-- Refusals, added up per device, code and minute, so that a flood cannot fill the disk.
create table device_refusal (
  device_id uuid references device,
  merchant_id uuid references organisation,
  code text not null,
  minute timestamptz not null,
  -- False when the request only named the device and proved nothing.
  verified boolean not null,
  hits bigint not null check (hits > 0),
  last_at timestamptz not null,
  last_detail text,
  constraint device_refusal_once unique nulls not distinct (device_id, code, minute, verified)
);
create index device_refusal_by_age on device_refusal (minute);

create type device_admission as (
  ordinal bigint, credential_id uuid, nonce text, sequence bigint, key text, device_id uuid, merchant_id uuid, outcome text);

-- Admits verified messages in one round trip: credential and device state, then the nonce, then the message's number.
-- Ordinals of the answer are those of the arrays. Numbers may come out of order, but no further than p_window behind
-- the highest one seen; a number and a key that met once stay together.
create function device_admit(p_credentials uuid[], p_nonces text[], p_sequences bigint[], p_keys text[],
    p_at timestamptz, p_window bigint)
  returns table (ordinal bigint, outcome text, device_id uuid, merchant_id uuid)
  language plpgsql volatile set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  asked device_admission[];
begin
  select array_agg(row(a.ordinal, a.credential_id, a.nonce, a.sequence, a.key, c.device_id, c.merchant_id,
      case
        when c.id is null then 'credential_unknown'
        when c.revoked_at is not null then 'credential_revoked'
        when d.state <> 'active' then 'device_' || d.state
      end)::device_admission)
    into asked
    from unnest(p_credentials, p_nonces, p_sequences, p_keys) with ordinality a (credential_id, nonce, sequence, key, ordinal)
    left join device_credential c on c.id = a.credential_id
    left join device d on d.id = c.device_id;

  with written as (
    insert into device_nonce (credential_id, nonce, seen_at)
    select distinct credential_id, nonce, p_at from unnest(asked) where outcome is null order by 1, 2
    on conflict do nothing returning credential_id, nonce)
  select array_agg(row(a.ordinal, a.credential_id, a.nonce, a.sequence, a.key, a.device_id, a.merchant_id,
      case
        when a.outcome is not null then a.outcome
        when w.nonce is null or exists (
          select 1 from unnest(asked) b
          where b.credential_id = a.credential_id and b.nonce = a.nonce and b.ordinal < a.ordinal) then 'nonce_replayed'
      end)::device_admission)
    into asked
    from unnest(asked) a left join written w on w.credential_id = a.credential_id and w.nonce = a.nonce;

  insert into device_message (device_id, sequence, idempotency_key, seen_at)
  select distinct on (a.device_id, a.sequence) a.device_id, a.sequence, a.key, p_at
    from unnest(asked) a
    cross join lateral (select coalesce(max(m.sequence), 0) as highest from device_message m where m.device_id = a.device_id) h
   where a.outcome is null and a.sequence is not null and a.sequence + p_window > h.highest
   order by a.device_id, a.sequence, a.ordinal
  on conflict do nothing;

  return query
    select a.ordinal,
      case
        when a.outcome is not null then a.outcome
        when a.sequence is null or m.idempotency_key = a.key then 'admitted'
        when m.idempotency_key is not null then 'sequence_reused'
        when exists (select 1 from device_message k where k.device_id = a.device_id and k.idempotency_key = a.key)
          then 'idempotency_key_reused'
        else 'sequence_too_old'
      end,
      a.device_id, a.merchant_id
    from unnest(asked) a
    left join device_message m on m.device_id = a.device_id and m.sequence = a.sequence;
end $$;

alter table device enable row level security;
alter table device_credential enable row level security;
alter table device_nonce enable row level security;
alter table device_message enable row level security;
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
create policy device_message_all on device_message for all to purse_app using (scope_kind() = 'system');
create policy device_refusal_read on device_refusal for select to purse_app
  using (scope_is_platform() or merchant_id = scope_org());
create policy device_refusal_write on device_refusal for insert to purse_app with check (scope_kind() = 'system');
create policy device_refusal_edit on device_refusal for update to purse_app using (scope_kind() = 'system');
create policy device_refusal_clear on device_refusal for delete to purse_app using (scope_kind() = 'system');

grant select, insert, update on device, device_credential to purse_app;
grant select, insert, delete on device_nonce, device_message to purse_app;
grant select, insert, update, delete on device_refusal to purse_app;
