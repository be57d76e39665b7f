-- When a session began and was last written as its file says, in its own words: JSON. Null where it says nothing.
ALTER TABLE session ADD COLUMN stated_times TEXT;
