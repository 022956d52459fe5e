-- Whose business a person's password is: of the one organisation that they belong to, or of the operator's if they
-- belong to one; null for somebody of several parties or of none, who is the operators'.
create or replace function reset_organisation(person uuid) returns uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when count(*) filter (where o.kind = 'operator') > 0 then (array_agg(o.id order by o.id) filter (where o.kind = 'operator'))[1]
      when count(*) = 1 then (array_agg(o.id))[1]
    end
    from membership m join organisation o on o.id = m.organisation_id
    where m.user_id = person and m.revoked_at is null
  $$;
