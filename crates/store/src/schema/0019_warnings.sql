-- What a run warned of stands in every list of runs, while a run may say a million other things.
CREATE INDEX message_warning ON message(run, message) WHERE level = 'warning';
