grant select, insert, update on agreement to purse_app;
alter table agreement enable row level security;

create policy agreement_edit on agreement for update to purse_app using (scope_is_platform());

-- Those whom a version names see it from its proposal on; merchants see those by which their payments are split.
create policy agreement_read on agreement for select to purse_app
  using (scope_is_platform() or (state <> 'draft' and scope_named_in(id))
    or (scope_kind() = 'merchant' and governs_from is not null and scope_in_program(program_id)));

create policy agreement_write on agreement for insert to purse_app with check (scope_is_platform());
