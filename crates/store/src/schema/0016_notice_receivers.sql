-- Who has yet to get a notice that others have: their addresses (a JSON array). Null for everybody.
ALTER TABLE notice_delivery ADD COLUMN receivers TEXT;
