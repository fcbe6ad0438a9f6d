-- Whether a tenant's usage is billed, and whether some of a dataset's is on its way: few rows, or none where nobody bills.
CREATE INDEX "usage_record_billed" ON "usage_record" ("tenant_id", "dataset_id") WHERE billed_status IN ('SUBMITTED', 'BILLED');
