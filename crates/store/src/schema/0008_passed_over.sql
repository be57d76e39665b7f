-- What the rules asked for before the one that chose an attempt's data source, and why that was
-- not taken: a JSON list of {source, why}. NULL where nothing was passed over.
ALTER TABLE attempt ADD COLUMN passed_over TEXT;
