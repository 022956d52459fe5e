-- Trigger on `payout_rule`: what is held back, and below which amount, is set by two people (see `use_confirmation`).
create or replace function guard_payout_rule() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform use_confirmation(new.confirmation_id, 'payout_rule.set', new.program_id, new.organisation_id, null,
    jsonb_build_object('minimum_micros', new.minimum_micros::text, 'held', new.held));
  return new;
end $$;
