-- Everybody but the operator who must agree to this version, and why: it names them ('named'), a version that governs
-- or will govern names them ('named_before'), or they take payments in the program ('merchant').
create or replace function agreement_required(agreement uuid) returns table (organisation_id uuid, because text)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with this as (
      select a.id, a.program_id, p.operator_id from agreement a join program p on p.id = a.program_id
       where a.id = agreement_required.agreement
    ), everyone as (
      select o.id, case when a.id = this.id then 1 else 2 end as rank
        from this join agreement a on a.program_id = this.program_id
                                  and (a.id = this.id or a.state in ('in_force', 'approved'))
             cross join lateral agreement_names(a.terms) as named(slug)
             join organisation o on o.slug = named.slug
      union all
      select o.id, 3 from this join program_party m on m.program_id = this.program_id
             join organisation o on o.id = m.organisation_id where o.kind = 'merchant'
    )
    select e.id, (array['named', 'named_before', 'merchant'])[min(e.rank)]
      from everyone e, this where e.id <> this.operator_id group by e.id
  $$;
