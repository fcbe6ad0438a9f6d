-- Checkpoints that come at about the same time are stored in one transaction: each moves its dataset's counters, so those of one dataset
-- took turns, a commit each.

DROP FUNCTION letsdata_save_checkpoint(text, text, bigint, jsonb);

CREATE TYPE letsdata_checkpoint AS (
  task_id text, dataset_id text, tenant_id text, save text, position jsonb, error_files jsonb, measurements jsonb,
  records_read bigint, documents_written bigint, records_skipped bigint, records_errored bigint,
  bytes_read bigint, bytes_written bigint,
  -- Since the checkpoint before.
  added_read bigint, added_written bigint, added_skipped bigint, added_errored bigint,
  added_bytes_read bigint, added_bytes_written bigint);

-- `p_saves`: [{taskId, workerId, token, update}]. Answers in their order: whether the lease was the asker's, and so all of it was saved.
-- Lock order: tasks by id, metric points in key order, counters by dataset.
CREATE FUNCTION letsdata_save_checkpoints(p_saves jsonb) RETURNS jsonb LANGUAGE plpgsql
-- Rows are found by their keys, however small the table was when the statement was planned.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  asked record;
  moved record;
  t task%ROWTYPE;
  u jsonb;
  c jsonb;
  this_save text;
  moment timestamptz;
  last_task text := '';
  results boolean[] := array_fill(false, ARRAY[jsonb_array_length(p_saves)]);
  saved letsdata_checkpoint[] := '{}';
BEGIN
  FOR asked IN
    SELECT s.value, s.place::int AS place, k AS task
    FROM jsonb_array_elements(p_saves) WITH ORDINALITY AS s(value, place) JOIN task k ON k.id = s.value->>'taskId'
    ORDER BY k.id, s.place FOR UPDATE OF k
  LOOP
    t := asked.task;
    -- A task saves one checkpoint after the other.
    CONTINUE WHEN t.status <> 'RUNNING' OR t.worker_id <> asked.value->>'workerId'
      OR t.lease_token <> (asked.value->>'token')::bigint OR t.id = last_task;
    last_task := t.id;
    results[asked.place] := true;
    u := asked.value->'update';
    c := u->'counts';
    this_save := md5(t.lease_token || u::text);
    CONTINUE WHEN t.last_save = this_save;
    saved := saved || ROW(t.id, t.dataset_id, t.tenant_id, this_save,
      CASE WHEN jsonb_typeof(u->'position') = 'object' THEN u->'position' END, u->'errorFiles', u->'measurements',
      c->>'recordsRead', c->>'documentsWritten', c->>'recordsSkipped', c->>'recordsErrored', c->>'bytesRead', c->>'bytesWritten',
      (c->>'recordsRead')::bigint - t.records_read, (c->>'documentsWritten')::bigint - t.documents_written,
      (c->>'recordsSkipped')::bigint - t.records_skipped, (c->>'recordsErrored')::bigint - t.records_errored,
      (c->>'bytesRead')::bigint - t.bytes_read, (c->>'bytesWritten')::bigint - t.bytes_written)::letsdata_checkpoint;
  END LOOP;
  IF cardinality(saved) = 0 THEN RETURN to_jsonb(results); END IF;

  moment := clock_timestamp();
  UPDATE task SET
    checkpoint = s.position, last_save = s.save,
    records_read = s.records_read, documents_written = s.documents_written,
    records_skipped = s.records_skipped, records_errored = s.records_errored,
    bytes_read = s.bytes_read, bytes_written = s.bytes_written,
    progressed = task.progressed OR s.position IS DISTINCT FROM task.checkpoint OR s.added_read <> 0,
    checkpointed_at = moment, updated_at = moment
  FROM unnest(saved) s WHERE task.id = s.task_id;
  IF EXISTS (SELECT 1 FROM unnest(saved) s WHERE s.error_files <> '[]') THEN
    INSERT INTO error_file AS f (dataset_id, task_id, key, records, bytes)
    SELECT DISTINCT ON (s.task_id, n.key) s.dataset_id, s.task_id, n.key, n.records, n.bytes
    FROM unnest(saved) s, LATERAL jsonb_to_recordset(s.error_files) AS n(key text, records int, bytes bigint)
    ON CONFLICT (task_id, key) DO UPDATE SET records = excluded.records, bytes = excluded.bytes;
  END IF;
  IF EXISTS (SELECT 1 FROM unnest(saved) s WHERE s.measurements <> '[]') THEN
    PERFORM letsdata_add_measurements(array_agg(s.dataset_id), array_agg(s.task_id), array_agg(s.measurements))
    FROM unnest(saved) s;
  END IF;
  FOR moved IN
    SELECT s.dataset_id, s.tenant_id, jsonb_build_object(
      'recordsRead', sum(s.added_read), 'documentsWritten', sum(s.added_written),
      'recordsSkipped', sum(s.added_skipped), 'recordsErrored', sum(s.added_errored),
      'bytesRead', sum(s.added_bytes_read), 'bytesWritten', sum(s.added_bytes_written)) AS counters
    FROM unnest(saved) s GROUP BY 1, 2 ORDER BY 1
  LOOP
    PERFORM letsdata_add_progress(moved.dataset_id, moved.tenant_id, moved.counters, false);
  END LOOP;
  RETURN to_jsonb(results);
END $$;
