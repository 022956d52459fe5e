-- A payout that was sent is owed again only when two people say that the bank did not keep it.
create or replace function guard_take_back() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' or new.state <> old.state then
    perform use_confirmation(new.take_back_id, 'payout.take_back', new.program_id, new.party_id, new.id,
      jsonb_build_object('state', new.state, 'reason', new.failure_reason));
  end if;
  return new;
end $$;
