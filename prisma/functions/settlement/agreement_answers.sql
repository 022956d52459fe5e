-- The same as far as the scope may see it: everything for the platform; for a party its own row and the agencies'.
create or replace function agreement_answers(agreement uuid, moment timestamptz) returns table (
    organisation_id uuid, slug text, name text, kind text, because text, asked_at timestamptz, answer text,
    answered_by uuid, answered_at timestamptz, reason text, standing_consent_id uuid, notice_ends_at timestamptz,
    agreed boolean)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select o.id, o.slug, o.name, o.kind, s.because, s.asked_at, s.answer, s.answered_by, s.answered_at, s.reason,
           s.standing_consent_id, s.notice_ends_at, s.agreed
      from agreement_standing(agreement, moment) s join organisation o on o.id = s.organisation_id
     where scope_is_platform() or o.id = scope_org() or (o.kind <> 'merchant' and scope_named_in(agreement))
     order by o.name, o.id
  $$;
