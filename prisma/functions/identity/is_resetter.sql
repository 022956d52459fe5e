-- Whether somebody belongs to those who decide about a person's password: its organisation's other admins; operators'
-- admins where there is none of those or no such organisation.
create or replace function is_resetter(person uuid, asker uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select asker <> person and case
      when o.id is null then asker in (select operator_admins())
      when is_active_admin(asker, o.id) then true
      else o.kind <> 'operator' and asker in (select operator_admins())
        and not exists (select 1 from active_admins(o.id) a(admin) where a.admin <> person)
    end
    from (select reset_organisation(person) as id) r left join organisation o on o.id = r.id
  $$;
