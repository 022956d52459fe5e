-- Guards `membership`: it comes from an invitation that its person accepted (or from the platform's own set-up), a
-- role that moves money from a confirmed grant, and enough admins stay: one, of an operator two. Raises
-- check_violation with the constraint `membership_by_invitation`, `last_admin` or `two_people`, restrict_violation
-- for what never changes.
create or replace function check_membership() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  kind text;
  others bigint;
  needed bigint;
  used uuid;
begin
  if tg_op = 'INSERT' then
    if scope_kind() = '' then return new; end if;
    if new.invitation_id is null then
      -- The platform's own set-up, such as the demo city. No person ever makes a member directly.
      if scope_kind() <> 'system' or scope_actor() is not null or new.created_by is not null then
        raise exception 'members come in by invitation' using errcode = 'check_violation', constraint = 'membership_by_invitation';
      end if;
    elsif not exists (
      select 1 from invitation i
      where i.id = new.invitation_id and i.accepted_by = new.user_id and i.organisation_id = new.organisation_id
        and i.role = new.role and i.created_by is not distinct from new.created_by and i.revoked_at is null) then
      raise exception 'members come in by the invitation that they accepted'
        using errcode = 'check_violation', constraint = 'membership_by_invitation';
    end if;
    return new;
  end if;

  if (new.id, new.user_id, new.organisation_id, new.created_at, new.created_by, new.invitation_id)
    is distinct from (old.id, old.user_id, old.organisation_id, old.created_at, old.created_by, old.invitation_id)
    or (old.revoked_at is not null and new is distinct from old) then
    raise exception 'how somebody became a member is not changed' using errcode = 'restrict_violation', constraint = 'membership_fixed';
  end if;
  if scope_kind() = '' then return new; end if;

  perform pg_advisory_xact_lock(hashtextextended('identity.team:' || new.organisation_id, 0));
  if old.role = 'admin' and old.revoked_at is null and (new.role <> 'admin' or new.revoked_at is not null)
    and is_active_admin(old.user_id, old.organisation_id) then
    select o.kind into kind from organisation o where o.id = old.organisation_id;
    select count(*) into others from active_admins(old.organisation_id) a(person) where a.person <> old.user_id;
    -- Two operators are needed for whatever takes two people; one of them cannot send the other away.
    needed := case kind when 'operator' then 2 else 1 end;
    if others < needed then
      raise exception 'too few admins would be left' using errcode = 'check_violation', constraint = 'last_admin';
    end if;
  end if;
  if new.role <> old.role and role_moves_money(new.role) and not (old.role = 'admin' and new.role = 'finance') then
    update role_grant set used_at = coalesce(confirmed_at, now())
      where id = (select g.id from role_grant g
                  where g.membership_id = new.id and g.role = new.role and g.confirmed_at is not null
                    and g.withdrawn_at is null and g.used_at is null
                  order by g.confirmed_at desc limit 1)
      returning id into used;
    if used is null then
      raise exception 'membership.grant needs a second person'
        using errcode = 'check_violation', constraint = 'two_people', detail = 'person_unknown';
    end if;
  end if;
  return new;
end $$;
