-- A claim waited for one dataset's counters while it held another's: a redrive of the one stalled checkpoints and ends of the other.

CREATE OR REPLACE FUNCTION letsdata_claim_tasks(p_worker text, p_slots int, p_lease_seconds float8, p_datasets text[], p_waits boolean)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  candidates text[];
  wanted text;
  free int;
  share int;
  left_slots int := p_slots;
  left_datasets int;
  progress dataset_progress%ROWTYPE;
  found_dataset record;
  picked text[];
  was_created int;
  was_queued int;
  was_rerun int;
  moment timestamptz;
  result jsonb := '[]';
  handed jsonb;
  holds boolean := false;
BEGIN
  moment := clock_timestamp();
  -- The datasets of which a task can run now, those served longest ago first. Asked one after the other until there are enough, each by the
  -- first entry of its index: never by a join over all that waits.
  SELECT array_agg(c.dataset_id ORDER BY c.last_claimed_at NULLS FIRST, c.dataset_id) INTO candidates FROM (
    SELECT s.dataset_id, s.last_claimed_at FROM (
      SELECT p.dataset_id, p.last_claimed_at, p.tasks_completed = p.total_tasks - 1 AS mappers_done
      FROM dataset d JOIN dataset_progress p ON p.dataset_id = d.id
      WHERE d.status = 'PROCESSING' AND p.tasks_running < d.concurrency
        AND p.tasks_created + p.tasks_queued + p.tasks_rerun > 0
        AND (p_datasets IS NULL OR d.id = ANY (p_datasets))
      ORDER BY p.last_claimed_at NULLS FIRST, p.dataset_id
      OFFSET 0) s
    WHERE (
      SELECT true FROM task t
      WHERE t.dataset_id = s.dataset_id AND t.status IN ('CREATED', 'QUEUED', 'RERUN') AND t.available_at <= moment
        AND (t.task_type <> 'SPARK_REDUCER' OR s.mappers_done)
      ORDER BY t.available_at, t.ordinal LIMIT 1)
    ORDER BY s.last_claimed_at NULLS FIRST, s.dataset_id
    LIMIT p_slots) c;
  IF candidates IS NULL THEN RETURN result; END IF;

  -- First round: an equal share each; second: what others left over. Third, where everybody's counters were held: the one whose turn it is.
  FOR round IN 1..3 LOOP
    EXIT WHEN round = 3 AND (holds OR NOT p_waits);
    left_datasets := cardinality(candidates);
    FOREACH wanted IN ARRAY candidates LOOP
      EXIT WHEN left_slots = 0;
      share := CASE WHEN round = 2 THEN left_slots ELSE ceil(left_slots::float8 / left_datasets)::int END;
      left_datasets := left_datasets - 1;
      -- Nobody waits for one dataset's counters, which a redrive holds for seconds, with those of another in hand.
      IF round = 3 AND NOT holds THEN
        SELECT * INTO progress FROM dataset_progress WHERE dataset_id = wanted FOR UPDATE;
      ELSE
        SELECT * INTO progress FROM dataset_progress WHERE dataset_id = wanted FOR UPDATE SKIP LOCKED;
      END IF;
      CONTINUE WHEN NOT FOUND;
      holds := true;
      -- Read after the lock: a change of status holds it too.
      SELECT d.tenant_id, d.user_id, d.name, d.code_version, d.concurrency INTO found_dataset
      FROM dataset d WHERE d.id = wanted AND d.status = 'PROCESSING';
      CONTINUE WHEN NOT FOUND;
      free := found_dataset.concurrency - progress.tasks_running;
      CONTINUE WHEN least(free, share) < 1;
      moment := clock_timestamp();

      SELECT array_agg(w.id), count(*) FILTER (WHERE w.status = 'CREATED'),
             count(*) FILTER (WHERE w.status = 'QUEUED'), count(*) FILTER (WHERE w.status = 'RERUN')
      INTO picked, was_created, was_queued, was_rerun
      FROM (
        SELECT t.id, t.status FROM task t
        WHERE t.dataset_id = wanted AND t.status IN ('CREATED', 'QUEUED', 'RERUN') AND t.available_at <= moment
          AND (t.task_type <> 'SPARK_REDUCER' OR progress.tasks_completed = progress.total_tasks - 1)
        ORDER BY t.available_at, t.ordinal LIMIT least(free, share) FOR UPDATE SKIP LOCKED) w;
      IF picked IS NULL THEN
        UPDATE dataset_progress SET last_claimed_at = moment WHERE dataset_id = wanted;
        CONTINUE;
      END IF;

      WITH claimed AS (
        UPDATE task t SET
          status = 'RUNNING', stop_reason = NULL, worker_id = p_worker, lease_token = t.lease_token + 1,
          lease_expires_at = moment + make_interval(secs => p_lease_seconds), attempt = t.attempt + 1,
          progressed = false, updated_at = moment
        WHERE t.id = ANY (picked) RETURNING t.*),
      opened AS (
        INSERT INTO task_attempt (task_id, attempt, worker_id, code_version, started_at)
        SELECT id, attempt, p_worker, found_dataset.code_version, moment FROM claimed)
      SELECT jsonb_agg(jsonb_build_object(
        'taskId', c.id, 'datasetId', c.dataset_id, 'datasetName', found_dataset.name, 'tenantId', c.tenant_id,
        'userId', found_dataset.user_id, 'ordinal', c.ordinal, 'position', c.position, 'taskType', c.task_type,
        'attempt', c.attempt, 'codeVersion', found_dataset.code_version, 'readerDefinition', c.reader_definition,
        'computeDefinition', c.compute_definition,
        'checkpoint', jsonb_build_object('position', c.checkpoint, 'counts', jsonb_build_object(
          'recordsRead', c.records_read, 'documentsWritten', c.documents_written, 'recordsSkipped', c.records_skipped,
          'recordsErrored', c.records_errored, 'bytesRead', c.bytes_read, 'bytesWritten', c.bytes_written)),
        'lease', jsonb_build_object('workerId', p_worker, 'token', c.lease_token),
        'leaseExpiresAt', letsdata_ms(c.lease_expires_at)) ORDER BY c.available_at, c.ordinal)
      INTO handed FROM claimed c;
      UPDATE dataset_progress SET last_claimed_at = moment WHERE dataset_id = wanted;
      PERFORM letsdata_add_progress(wanted, found_dataset.tenant_id, jsonb_build_object(
        'CREATED', -was_created, 'QUEUED', -was_queued, 'RERUN', -was_rerun, 'RUNNING', cardinality(picked)), false);
      left_slots := left_slots - cardinality(picked);
      result := result || handed;
    END LOOP;
    EXIT WHEN left_slots = 0;
  END LOOP;
  RETURN result;
END $$;

-- One dataset's at a time, for the same reason: an end holds the counters until it is stored.
DROP FUNCTION letsdata_release_expired_leases(int);
CREATE FUNCTION letsdata_release_expired_leases(p_dataset text, p_limit int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  expired record;
  ended letsdata_attempt_end;
  ends letsdata_attempt_end[] := '{}';
  result jsonb := '[]';
BEGIN
  FOR expired IN
    SELECT t AS task, a.started_at FROM task t JOIN task_attempt a ON a.task_id = t.id AND a.attempt = t.attempt
    WHERE t.status = 'RUNNING' AND t.lease_expires_at < clock_timestamp() AND t.dataset_id = p_dataset
    ORDER BY t.id LIMIT p_limit FOR UPDATE OF t SKIP LOCKED
  LOOP
    ended := letsdata_attempt_end_of(expired.task, expired.started_at, 'LEASE_EXPIRED', NULL, 0);
    ends := ends || ended;
    result := result || letsdata_attempt_end_json(ended);
  END LOOP;
  IF cardinality(ends) > 0 THEN PERFORM letsdata_store_ends(ends, NULL, true); END IF;
  RETURN result;
END $$;
