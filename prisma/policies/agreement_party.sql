grant select, insert, update on agreement_party to purse_app;
alter table agreement_party enable row level security;

-- The operator cannot answer for a party: only the party's own scope (or the platform's own processes) may.
create policy agreement_party_edit on agreement_party for update to purse_app
  using (organisation_id = scope_org() or scope_kind() = 'system');

create policy agreement_party_read on agreement_party for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org()
    or (scope_named_in(agreement_id)
      and exists (select 1 from organisation o where o.id = organisation_id and o.kind <> 'merchant')));

create policy agreement_party_write on agreement_party for insert to purse_app with check (scope_is_platform());

create policy no_device_edits on agreement_party as restrictive for update to purse_app
  using ((select scope_kind()) <> 'device');

create policy no_device_writes on agreement_party as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'device');
