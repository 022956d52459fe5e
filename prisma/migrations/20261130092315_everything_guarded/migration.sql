-- Every table on which money or authority rests is guarded; which are not, and why, is a list in
-- server/reporting/proof/coverage.db.test.ts. And policies of writes that were wider than anybody's work.

-- Who is paid, by which calendar and in which currency.
select protect_rows('organisation', '{name,slug,suspended_at,chart_colour}', p_unwatched => '{chart_colour}');
select protect_rows('program', '{name,calendar,closed_at}');
select protect_rows('program_party');
-- Which run pays a period. Its sums are those of the legs, which the proof adds up again.
select protect_rows('tranche',
  '{settlement_run_id,effective_until,first_effective_at,last_effective_at,payment_count,gross_micros,refund_count,refund_micros}',
  p_unwatched => '{first_effective_at,last_effective_at,payment_count,gross_micros,refund_count,refund_micros}');
-- By which key a device is believed, and what money came in or is given without a payment.
select protect_rows('device_credential', '{revoked_at}');
select protect_rows('wallet_top_up');
select protect_rows('allowance', '{monthly_micros}');
-- What was decided about doubtful payments, by whom, and by which policy. Notes may name people.
select protect_rows('review_case',
  '{state,claimed_by,claim_expires_at,decided_by,decided_at,decision_note,decision_reason}',
  p_unwatched => '{claimed_by,claim_expires_at,decision_note}');
select protect_rows('case_overturn', p_unwatched => '{note}');
select protect_rows('fraud_policy');
-- The hash of each file that was imported, with what was taken from it and by which mapping.
select protect_rows('import_batch',
  '{finished_at,file_sha256,failure_code,failure_message,rows_total,rows_accepted,rows_duplicate,rows_refused,rows_flagged,rows_refunds,rows_free,accepted_micros,refunded_micros,encoding,delimiter,undo_started_at,undo_started_by,undo_reason,undone_at,undone_micros,undo_confirmation_id}');
create trigger hash_stays before update on import_batch for each row
  when (old.finished_at is not null and new.file_sha256 is distinct from old.file_sha256) execute function refuse_change();

-- The register of records is guarded and not recorded row by row: a file has millions, their money is in the ledger.
create trigger evidence_keep before delete or truncate on imported_record
  for each statement execute function refuse_change();
create trigger unchanging before update on imported_record for each row execute function guard_row('undone_at', '', '');
alter table imported_record enable always trigger evidence_keep;
alter table imported_record enable always trigger unchanging;

-- Devices write payments and use, and nothing about people, roles, invitations, consents or confirmations.
do $$
declare
  each text;
begin
  foreach each in array array['agreement_party', 'confirmation', 'invitation', 'mail_message', 'membership', 'role_grant'] loop
    execute format('create policy no_device_writes on %I as restrictive for insert to purse_app with check ((select scope_kind()) <> ''device'')', each);
    execute format('create policy no_device_edits on %I as restrictive for update to purse_app using ((select scope_kind()) <> ''device'')', each);
  end loop;
  -- Use is measured by devices; merchants read it.
  foreach each in array array['usage_record', 'usage_window'] loop
    execute format('create policy no_merchant_writes on %I as restrictive for insert to purse_app with check ((select scope_kind()) <> ''merchant'')', each);
  end loop;
  create policy no_merchant_edits on usage_window as restrictive for update to purse_app
    using ((select scope_kind()) <> 'merchant');
end $$;

-- A merchant refunds and changes nothing else of a payment; a device notes its traffic and nothing else of itself.
create trigger merchant_refunds before update on payment for each row
  when (scope_kind() = 'merchant') execute function guard_row('refunded_micros,state,label_tail', '', '');
create trigger device_notes_traffic before update on device for each row
  when (scope_kind() = 'device')
  execute function guard_row('last_seen_at,last_sequence,last_payment_at,unknown_instruments_until', '', '');

-- A device's transaction sees and writes what its own merchant's devices sent, not everybody's.
drop policy idempotency_key_all on idempotency_key;
create policy idempotency_key_all on idempotency_key to purse_app
  using ((select scope_kind()) = 'system' or ((select scope_kind()) = 'device'
    and exists (select 1 from device d where d.id = idempotency_key.device_id and d.merchant_id = (select scope_org()))));
drop policy device_nonce_all on device_nonce;
create policy device_nonce_all on device_nonce to purse_app
  using ((select scope_kind()) = 'system' or ((select scope_kind()) = 'device'
    and exists (select 1 from device_credential c where c.id = device_nonce.credential_id and c.merchant_id = (select scope_org()))));
