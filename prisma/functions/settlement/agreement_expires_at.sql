-- A proposal does not wait for ever, so that nobody keeps old approvals to use them when it suits.
create or replace function agreement_expires_at(effective_from timestamptz, proposed_at timestamptz, program_terms_id uuid)
  returns timestamptz
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select greatest(effective_from, proposed_at + make_interval(hours => 24 * coalesce(
      (select t.notice_days from program_terms t where t.id = program_terms_id), 0))) + make_interval(hours => 24 * 30)
  $$;
