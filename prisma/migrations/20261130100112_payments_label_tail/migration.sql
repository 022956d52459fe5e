-- An index that no look-up but that by the last word of a label can use: one over all instruments was walked through for
-- every authorisation where plans had been made for small tables.
drop index instrument_by_label_tail;
create index instrument_by_label_tail on instrument (label_tail) where label_tail is not null;
