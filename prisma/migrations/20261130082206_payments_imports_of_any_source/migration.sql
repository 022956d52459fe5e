-- Imports of any source: saved mappings, a register of the records that were brought, refunds and free records among
-- them, and the undoing of a whole file.

-- How the columns of one source are read; kept by name for the next file.
create table import_mapping (
  id uuid primary key,
  operator_id uuid not null references organisation,
  name text not null check (length(name) between 1 and 80),
  terms jsonb not null,
  created_by uuid references app_user,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  constraint import_mapping_name unique (operator_id, name)
);

alter table import_batch drop constraint import_batch_format_check;
alter table import_batch
  add constraint import_batch_format_check check (format in ('ocpi_cdr', 'seattle_parking', 'mapped')),
  -- The mapping as it was when the file was read.
  add column mapping_name text,
  add column mapping_terms jsonb,
  add column encoding text,
  add column delimiter text,
  add column rows_refunds integer not null default 0,
  add column rows_free integer not null default 0,
  add column refunded_micros bigint not null default 0,
  add column undo_started_at timestamptz,
  add column undo_started_by uuid references app_user,
  add column undo_reason text,
  add column undone_at timestamptz,
  add column undone_micros bigint not null default 0,
  add constraint import_batch_undo_has_reason check (undo_started_at is null or undo_reason is not null);
create index import_batch_being_undone on import_batch (id) where undo_started_at is not null and undone_at is null;

alter table import_row drop constraint import_row_outcome_check;
alter table import_row
  add constraint import_row_outcome_check check (outcome in ('accepted', 'refund', 'free', 'duplicate', 'refused')),
  add column refund_id uuid references refund;

-- Each record of a source once within the operator, whichever merchant or program it was brought to. Undoing an import
-- frees its keys and keeps the rows.
create table imported_record (
  import_id uuid not null references import_batch,
  -- Format, party and id as the source's standard compares them: ocpi:nl*aaa*ref100.
  record_key text not null check (length(record_key) between 1 and 300),
  operator_id uuid not null references organisation,
  program_id uuid not null references program,
  merchant_id uuid not null references organisation,
  -- In lower case, for searching: the plain id, and the id with its party.
  source_id text not null,
  party_source_id text not null,
  kind text not null check (kind in ('payment', 'refund', 'free')),
  -- Of a refund: the payment that it gives back from.
  payment_id uuid references payment deferrable initially deferred,
  refund_id uuid references refund deferrable initially deferred,
  amount_micros bigint not null check (amount_micros >= 0),
  currency char(3) not null,
  occurred_at timestamptz not null,
  undone_at timestamptz,
  primary key (import_id, record_key)
);
create unique index imported_record_once on imported_record (operator_id, record_key) where undone_at is null;
create index imported_record_by_source_id on imported_record (source_id);
create index imported_record_by_party_source_id on imported_record (party_source_id);
create index imported_record_by_payment on imported_record (payment_id);

insert into imported_record (import_id, record_key, operator_id, program_id, merchant_id, source_id, party_source_id,
  kind, payment_id, amount_micros, currency, occurred_at)
select p.import_id, case when p.external_ref like 'ocpi:%' then lower(p.external_ref) else p.external_ref end,
  g.operator_id, p.program_id, p.merchant_id, lower(regexp_replace(p.external_ref, '^.*[:*]', '')),
  lower(regexp_replace(p.external_ref, '^[a-z]+:', '')), 'payment', p.id, p.amount_micros, p.currency, p.occurred_at
from payment p join program g on g.id = p.program_id where p.source = 'import' and p.import_id is not null
on conflict do nothing;

-- What the merchant's own system calls the device; files name it so.
alter table device add column external_id text check (length(external_id) between 1 and 120);
create unique index device_by_external_id on device (merchant_id, program_id, lower(external_id)) where external_id is not null;

-- Imported records are unique by their register, which an undo can free; a closed window is unique for good.
drop index payment_once;
create unique index payment_once on payment (merchant_id, source, external_ref) where source = 'usage';

alter table import_mapping enable row level security;
alter table imported_record enable row level security;
create policy import_mapping_all on import_mapping for all to purse_app using ((select scope_is_platform()));
-- A merchant finds its payments by the ids of its own system.
create policy imported_record_read on imported_record for select to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) = 'merchant' and merchant_id = (select scope_org())));
create policy imported_record_write on imported_record for insert to purse_app
  with check ((select scope_is_platform()));
create policy imported_record_edit on imported_record for update to purse_app using ((select scope_is_platform()));
grant select, insert, update, delete on import_mapping to purse_app;
grant select, insert, update on imported_record to purse_app;
