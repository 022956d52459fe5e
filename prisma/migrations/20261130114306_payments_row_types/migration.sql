-- What a commit of authorisations takes, by table: arrays of these rows, made by server/payments/repository/committed-rows.ts.
-- A column that is added to a payment is added here too, as the last: `alter type payment_row add attribute …`.
create type payment_row as (
  at timestamptz, key text, request_hash bytea, status smallint, response json,
  id uuid, program_id uuid, merchant_id uuid, device_id uuid, device_kind text, zone text, payer_id uuid,
  instrument_id uuid, instrument_kind text, instrument_label text, external_ref text, device_sequence bigint,
  currency text, amount_micros bigint, captured_micros bigint, state text, decline_reason text, description text,
  quantity jsonb, latitude float8, longitude float8, risk_score smallint, capture_on_approval boolean,
  occurred_at timestamptz, authorised_at timestamptz, expires_at timestamptz, captured_at timestamptz,
  closed_at timestamptz, hold_transfer_id uuid, capture_transfer_id uuid, allowance_id uuid,
  allowance_month timestamptz, allowance_unit text, allowance_quantity_micros bigint, allowance_micros bigint,
  counted jsonb);

create type payment_event_row as (payment_id uuid, merchant_id uuid, at timestamptz, kind text, detail jsonb);

create type outbox_row as (id uuid, aggregatetype text, aggregateid uuid, type text, payload jsonb, organisation_id uuid);

create type message_row as (credential_id uuid, nonce text, device_id uuid, sequence bigint, key text);

create type limit_count_row as (limit_id uuid, subject_id uuid, period_start timestamptz, payments integer, amount_micros bigint);
