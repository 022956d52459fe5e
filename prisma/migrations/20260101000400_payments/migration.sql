-- Payers, instruments, payments, refunds, usage and imports.

create table payer (
  id uuid primary key,
  program_id uuid not null references program,
  reference text not null,
  created_at timestamptz not null default now(),
  unique (program_id, reference)
);

create table instrument (
  id uuid primary key,
  payer_id uuid not null references payer,
  program_id uuid not null references program,
  kind text not null check (kind in ('wallet', 'card_token', 'allowance')),
  -- What a device presents: the acquirer's token or the wallet's tag. Never a card number.
  token text not null,
  -- How it is shown: "···· 4411", "Wallet 0932".
  label text not null,
  -- The ledger account that a payment debits: the wallet's own, or what the program's acquirer owes for cards.
  funding_account_id uuid not null,
  state text not null default 'active' check (state in ('active', 'blocked', 'closed')),
  blocked_until timestamptz,
  created_at timestamptz not null default now(),
  unique (program_id, token)
);
create index instrument_by_payer on instrument (payer_id);

create table wallet_top_up (
  id uuid primary key,
  instrument_id uuid not null references instrument,
  program_id uuid not null references program,
  amount_micros bigint not null check (amount_micros > 0),
  -- The caller's own name for it; the same name again adds nothing.
  reference text not null check (length(reference) between 1 and 128),
  created_at timestamptz not null,
  unique (instrument_id, reference)
);

create table import_batch (
  id uuid primary key,
  program_id uuid not null references program,
  merchant_id uuid not null references organisation,
  format text not null check (format in ('ocpi_cdr', 'seattle_parking')),
  file_name text not null,
  file_sha256 text not null,
  created_by uuid references app_user,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  -- Why reading ended before the end of the file; what was read before stands.
  failure_code text,
  failure_message text,
  rows_total integer not null default 0,
  rows_accepted integer not null default 0,
  rows_duplicate integer not null default 0,
  rows_refused integer not null default 0,
  rows_flagged integer not null default 0,
  accepted_micros bigint not null default 0
);
create index import_batch_recent on import_batch (id desc);

create table payment (
  id uuid primary key,
  program_id uuid not null references program,
  merchant_id uuid not null references organisation,
  device_id uuid references device,
  device_kind text not null,
  zone text,
  payer_id uuid references payer,
  instrument_id uuid references instrument,
  instrument_kind text not null,
  instrument_label text not null,
  source text not null check (source in ('device', 'usage', 'import')),
  -- The device's idempotency key, the imported record's own id, or the usage window's id.
  external_ref text not null,
  device_sequence bigint,
  import_id uuid references import_batch,
  currency char(3) not null,
  amount_micros bigint not null check (amount_micros > 0),
  captured_micros bigint not null default 0 check (captured_micros between 0 and amount_micros),
  refunded_micros bigint not null default 0 check (refunded_micros between 0 and captured_micros),
  state text not null check (state in
    ('authorised', 'captured', 'partially_refunded', 'refunded', 'declined', 'in_review', 'voided', 'expired')),
  decline_reason text,
  description text,
  -- {"kwh":"22.4"} or {"minutes":"85"}: exact decimal strings.
  quantity jsonb,
  latitude double precision,
  longitude double precision,
  flags jsonb not null default '[]',
  risk_score smallint,
  capture_on_approval boolean not null default false,
  occurred_at timestamptz not null,
  authorised_at timestamptz,
  expires_at timestamptz,
  captured_at timestamptz,
  closed_at timestamptz,
  recorded_at timestamptz not null default clock_timestamp(),
  hold_transfer_id uuid,
  capture_transfer_id uuid,
  -- Order of capture within the program, given when the capture is written; the allocator follows it.
  capture_seq bigint,
  allocated_at timestamptz,
  constraint payment_once unique (merchant_id, source, external_ref)
);
create sequence payment_capture_seq;
create sequence payment_refund_seq;
create index payment_by_merchant on payment (merchant_id, id desc);
create index payment_by_program on payment (program_id, id desc);
create index payment_by_device on payment (device_id, id desc);
create index payment_by_instrument on payment (instrument_id, occurred_at desc);
create index payment_to_allocate on payment (program_id, capture_seq) where capture_seq is not null and allocated_at is null;
create index payment_held on payment (expires_at) where state in ('authorised', 'in_review');
create index payment_by_capture on payment (merchant_id, captured_at) where captured_at is not null;
create index payment_by_capture_order on payment (program_id, capture_seq) where capture_seq is not null;
create index payment_by_import on payment (import_id, id) where import_id is not null;

create table payment_event (
  payment_id uuid not null references payment,
  merchant_id uuid not null references organisation,
  seq bigint generated always as identity,
  at timestamptz not null,
  kind text not null,
  detail jsonb not null default '{}',
  primary key (payment_id, seq)
);

create table refund (
  id uuid primary key,
  payment_id uuid not null references payment,
  merchant_id uuid not null references organisation,
  program_id uuid not null references program,
  ordinal smallint not null,
  amount_micros bigint not null check (amount_micros > 0),
  reason text not null,
  created_by uuid references app_user,
  created_at timestamptz not null,
  -- The caller's own name for the request; the same name again gives the first refund.
  request_key text check (length(request_key) between 1 and 128),
  transfer_id uuid not null,
  refund_seq bigint not null,
  allocated_at timestamptz,
  unique (payment_id, ordinal),
  unique (payment_id, request_key)
);
create index refund_to_allocate on refund (program_id, refund_seq) where allocated_at is null;

-- First answers to device requests; a repeat with the same body gets them again.
create table idempotency_key (
  device_id uuid not null references device,
  key text not null check (length(key) between 1 and 128),
  request_hash bytea not null,
  payment_id uuid,
  status smallint not null,
  response jsonb not null,
  created_at timestamptz not null default now(),
  primary key (device_id, key)
);
create index idempotency_key_by_age on idempotency_key (created_at);

create table usage_window (
  id uuid primary key,
  program_id uuid not null references program,
  merchant_id uuid not null references organisation,
  payer_id uuid not null references payer,
  instrument_id uuid not null references instrument,
  device_kind text not null,
  zone text,
  state text not null default 'open' check (state in ('open', 'closed')),
  opened_at timestamptz not null,
  closes_at timestamptz not null,
  record_count bigint not null default 0,
  total_micros bigint not null default 0,
  carried_in_micros bigint not null default 0,
  carried_out_micros bigint,
  payment_id uuid references payment,
  closed_at timestamptz
);
create unique index usage_window_open on usage_window (program_id, merchant_id, instrument_id) where state = 'open';
create index usage_window_due on usage_window (closes_at) where state = 'open';
create index usage_window_by_instrument on usage_window (instrument_id) where state = 'open';
create index usage_window_by_payment on usage_window (payment_id);

create table usage_record (
  device_id uuid not null references device,
  record_key text not null check (length(record_key) between 1 and 64),
  window_id uuid not null references usage_window,
  merchant_id uuid not null references organisation,
  amount_micros bigint not null check (amount_micros > 0),
  quantity numeric,
  unit text,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (device_id, record_key)
);
create index usage_record_by_window on usage_record (window_id, occurred_at, device_id, record_key);

create table import_row (
  import_id uuid not null references import_batch,
  row_number integer not null,
  outcome text not null check (outcome in ('accepted', 'duplicate', 'refused')),
  external_ref text,
  payment_id uuid references payment,
  code text,
  message text,
  flags jsonb not null default '[]',
  raw text not null,
  primary key (import_id, row_number)
);

alter table payer enable row level security;
alter table instrument enable row level security;
alter table wallet_top_up enable row level security;
alter table import_batch enable row level security;
alter table payment enable row level security;
alter table payment_event enable row level security;
alter table refund enable row level security;
alter table idempotency_key enable row level security;
alter table usage_window enable row level security;
alter table usage_record enable row level security;
alter table import_row enable row level security;

-- In sub-selects, so that a statement asks once who it acts for and not for every row.
create policy payer_all on payer for all to purse_app using ((select scope_is_platform()));
create policy instrument_all on instrument for all to purse_app using ((select scope_is_platform()));
create policy wallet_top_up_all on wallet_top_up for all to purse_app using ((select scope_is_platform()));
create policy import_batch_all on import_batch for all to purse_app using ((select scope_is_platform()));
create policy import_row_all on import_row for all to purse_app using ((select scope_is_platform()));
-- Agencies reach payments through their own allocation legs; that policy stands with the legs.
create policy payment_read on payment for select to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));
create policy payment_write on payment for insert to purse_app
  with check ((select scope_is_platform()) or ((select scope_kind()) = 'device' and merchant_id = (select scope_org())));
create policy payment_edit on payment for update to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));
create policy payment_event_read on payment_event for select to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));
create policy payment_event_write on payment_event for insert to purse_app
  with check ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));
create policy refund_read on refund for select to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) = 'merchant' and merchant_id = (select scope_org())));
create policy refund_write on refund for insert to purse_app
  with check ((select scope_is_platform()) or ((select scope_kind()) = 'merchant' and merchant_id = (select scope_org())));
create policy refund_edit on refund for update to purse_app using ((select scope_is_platform()));
create policy idempotency_key_all on idempotency_key for all to purse_app using ((select scope_kind()) in ('system', 'device'));
create policy usage_window_all on usage_window for all to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));
create policy usage_record_all on usage_record for all to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));

grant select, insert, update on payer, instrument, import_batch, payment, refund, usage_window to purse_app;
grant select, insert on payment_event, import_row, wallet_top_up to purse_app;
grant select, insert, update, delete on idempotency_key to purse_app;
grant select, insert on usage_record to purse_app;
grant usage on sequence payment_capture_seq, payment_refund_seq to purse_app;
