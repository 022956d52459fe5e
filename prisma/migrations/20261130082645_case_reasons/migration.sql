-- A decision says why, from a list, so that rules and models can learn of it; and a second person can overturn it.
alter table review_case add column decision_reason text
  check (decision_reason in ('fraud', 'mistake', 'genuine', 'cannot_tell'));
update review_case set decision_reason = 'cannot_tell' where decided_by is not null;
alter table review_case add constraint decided_with_reason check (decided_by is null or decision_reason is not null);

-- What an overturning names must be what was decided, by whom and when: the key below cannot be made up.
alter table review_case add constraint review_case_decision unique (id, decided_by, decided_at);

create table case_overturn (
  case_id uuid primary key references review_case,
  decided_by uuid not null references app_user,
  decided_at timestamptz not null,
  overturned_by uuid not null references app_user,
  overturned_at timestamptz not null,
  -- What should have been decided.
  verdict text not null check (verdict in ('approved', 'declined')),
  reason text not null check (reason in ('fraud', 'mistake', 'genuine', 'cannot_tell')),
  note text not null check (length(note) between 3 and 4000),
  -- What was given back to the payer because of it.
  refund_id uuid references refund,
  foreign key (case_id, decided_by, decided_at) references review_case (id, decided_by, decided_at)
);
-- A refund or a release of money on the word of whoever decided before would be one person's doing.
create trigger two_people before insert or update on case_overturn
  for each row execute function require_two_people('case.overturn', 'decided_by', 'overturned_by', 'decided_at');

alter table case_overturn enable row level security;
create policy case_overturn_read on case_overturn for select to purse_app using ((select scope_is_platform()));
create policy case_overturn_write on case_overturn for insert to purse_app with check ((select scope_is_platform()));
grant select, insert on case_overturn to purse_app;
