-- Where everybody stands at a moment. A standing consent speaks for a merchant as one of the program's merchants: it
-- was given before the merchant was asked, and holds once the notice has passed. Whoever is named answers in person.
create or replace function agreement_standing(agreement uuid, moment timestamptz) returns table (
    organisation_id uuid, because text, asked_at timestamptz, answer text, answered_by uuid, answered_at timestamptz,
    reason text, standing_consent_id uuid, notice_ends_at timestamptz, agreed boolean)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with this as (select a.* from agreement a where a.id = agreement_standing.agreement),
    required as (
      select r.* from this cross join lateral agreement_required(this.id) r where this.state in ('draft', 'proposed')
    ), asked as (select p.* from agreement_party p where p.agreement_id = agreement_standing.agreement)
    select organisation_id, r.because, p.asked_at, p.answer, p.answered_by, p.answered_at, p.reason,
           coalesce(p.standing_consent_id, c.id), c.notice_ends_at,
           coalesce(p.answer = 'approved', false) or p.standing_consent_id is not null
             or (p.answer is null and coalesce(c.notice_ends_at <= moment, false))
      from required r full join asked p using (organisation_id)
      left join lateral (
        select s.id, p.asked_at + make_interval(hours => 24 * t.notice_days) as notice_ends_at
          from this join program_terms t on t.id = this.program_terms_id
               join standing_consent s on s.program_terms_id = t.id
         where s.organisation_id = p.organisation_id and s.given_at <= p.asked_at
           and (s.id = p.standing_consent_id
             or (r.because = 'merchant' and (s.withdrawn_at is null
               or s.withdrawn_at >= p.asked_at + make_interval(hours => 24 * t.notice_days))))
         order by s.given_at limit 1
      ) c on true
  $$;

revoke execute on function agreement_standing from public;
