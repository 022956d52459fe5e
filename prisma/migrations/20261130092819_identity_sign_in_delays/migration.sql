-- Refused attempts and until when the next one has to wait, by the hash of where they come from and whom they try. A
-- counter of one origin never stops another.
create table attempt_delay (
  key text primary key,
  attempts integer not null,
  at timestamptz not null,
  blocked_until timestamptz not null
);
create index attempt_delay_by_age on attempt_delay (at);
alter table attempt_delay enable row level security;
create policy attempt_delay_all on attempt_delay for all to purse_app using (scope_kind() = 'system');
grant select, insert, update, delete on attempt_delay to purse_app;
-- Keys of older counters held e-mail addresses in clear.
delete from rate_limit;
