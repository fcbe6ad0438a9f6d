-- A save is repeated when the server went away between its commit and its answer. Position and counts are totals and bear that;
-- measurements are added, and would be counted twice.
ALTER TABLE "task" ADD COLUMN     "last_save" TEXT;

CREATE OR REPLACE FUNCTION letsdata_save_checkpoint(p_task text, p_worker text, p_token bigint, u jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  t task%ROWTYPE;
  c jsonb := u->'counts';
  new_position jsonb := CASE WHEN jsonb_typeof(u->'position') = 'object' THEN u->'position' END;
  this_save text := md5(p_token || u::text);
  moment timestamptz;
BEGIN
  SELECT * INTO t FROM task WHERE id = p_task FOR UPDATE;
  IF NOT FOUND OR t.status <> 'RUNNING' OR t.worker_id <> p_worker OR t.lease_token <> p_token THEN
    RETURN false;
  END IF;
  IF t.last_save = this_save THEN RETURN true; END IF;
  moment := clock_timestamp();
  UPDATE task SET
    checkpoint = new_position, last_save = this_save,
    records_read = (c->>'recordsRead')::bigint, documents_written = (c->>'documentsWritten')::bigint,
    records_skipped = (c->>'recordsSkipped')::bigint, records_errored = (c->>'recordsErrored')::bigint,
    bytes_read = (c->>'bytesRead')::bigint, bytes_written = (c->>'bytesWritten')::bigint,
    progressed = t.progressed OR new_position IS DISTINCT FROM t.checkpoint
      OR (c->>'recordsRead')::bigint <> t.records_read,
    checkpointed_at = moment, updated_at = moment
  WHERE id = p_task;
  IF jsonb_array_length(u->'errorFiles') > 0 THEN
    INSERT INTO error_file AS f (dataset_id, task_id, key, records, bytes)
    SELECT DISTINCT ON (n.key) t.dataset_id, p_task, n.key, n.records, n.bytes
    FROM jsonb_to_recordset(u->'errorFiles') AS n(key text, records int, bytes bigint)
    ON CONFLICT (task_id, key) DO UPDATE SET records = excluded.records, bytes = excluded.bytes;
  END IF;
  IF jsonb_array_length(u->'measurements') > 0 THEN
    PERFORM letsdata_add_measurements(t.dataset_id, p_task, u->'measurements');
  END IF;
  PERFORM letsdata_add_progress(t.dataset_id, t.tenant_id, jsonb_build_object(
    'recordsRead', (c->>'recordsRead')::bigint - t.records_read,
    'documentsWritten', (c->>'documentsWritten')::bigint - t.documents_written,
    'recordsSkipped', (c->>'recordsSkipped')::bigint - t.records_skipped,
    'recordsErrored', (c->>'recordsErrored')::bigint - t.records_errored,
    'bytesRead', (c->>'bytesRead')::bigint - t.bytes_read,
    'bytesWritten', (c->>'bytesWritten')::bigint - t.bytes_written), false);
  RETURN true;
END $$;
