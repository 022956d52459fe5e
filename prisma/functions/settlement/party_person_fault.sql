-- Why this person cannot speak for this organisation to its program's operator; null when nothing speaks against it:
-- 'not_a_member', 'of_the_operator' (sits, or sat since then, on the operator's side as well), 'brought_by_operator'
-- (came in after `since`, directly or through others who did, by somebody of the operator's side).
create or replace function party_person_fault(person uuid, organisation uuid, operator uuid, since timestamptz) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with recursive links(who, by) as (
      select i.accepted_by, i.created_by from invitation i
       where i.organisation_id = organisation and i.accepted_at > since and i.created_by is not null
      union all
      select m.user_id, m.created_by from membership m
       where m.organisation_id = organisation and m.created_at > since and m.created_by <> m.user_id
    ), bringers(who) as (
      select by from links where who = person
      union select links.by from bringers join links on links.who = bringers.who
    )
    select case
      when not exists (select 1 from membership m where m.user_id = person and m.organisation_id = organisation
                         and m.revoked_at is null and m.role <> 'viewer') or not is_member(person, organisation)
        then 'not_a_member'
      when is_member(person, operator, since) then 'of_the_operator'
      when exists (select 1 from bringers b join membership m on m.user_id = b.who and m.organisation_id = operator)
        then 'brought_by_operator'
    end
  $$;
