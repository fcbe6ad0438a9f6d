-- A worker whose tasks end takes the next ones in the same transaction: claims and ends hold the same counters and took turns, a commit
-- each. With `p_waits` false a dataset whose counters another transaction holds is passed over, so that a caller who holds locks already
-- waits for nobody; its tasks are for the next claim. A Spark reducer is held until every mapper of its dataset is COMPLETED: all other tasks
-- of the dataset are mappers, so the dataset's counters tell, and they are locked here.
DROP FUNCTION letsdata_claim_tasks(text, int, float8, text[]);
CREATE FUNCTION letsdata_claim_tasks(p_worker text, p_slots int, p_lease_seconds float8, p_datasets text[], p_waits boolean)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  candidates text[];
  wanted text;
  free int;
  share int;
  mappers_done boolean;
  left_slots int := p_slots;
  left_datasets int;
  found_dataset dataset%ROWTYPE;
  picked text[];
  was_created int;
  was_queued int;
  was_rerun int;
  moment timestamptz;
  result jsonb := '[]';
  handed jsonb;
BEGIN
  -- The datasets served longest ago; locked in order of id, so that two claims cannot wait for each other.
  SELECT array_agg(c.dataset_id ORDER BY c.dataset_id) INTO candidates FROM (
    SELECT p.dataset_id FROM dataset d JOIN dataset_progress p ON p.dataset_id = d.id
    WHERE d.status = 'PROCESSING' AND p.tasks_running < d.concurrency
      AND CASE p.tasks_created + p.tasks_queued + p.tasks_rerun
        WHEN 0 THEN false
        -- The only one that waits may be a reducer that is held.
        WHEN 1 THEN p.tasks_completed = p.total_tasks - 1 OR EXISTS (
          SELECT 1 FROM task t WHERE t.dataset_id = d.id AND t.status IN ('CREATED', 'QUEUED', 'RERUN')
            AND t.task_type <> 'SPARK_REDUCER')
        ELSE true END
      AND (p_datasets IS NULL OR d.id = ANY (p_datasets))
    ORDER BY p.last_claimed_at NULLS FIRST, p.dataset_id
    LIMIT p_slots) c;
  IF candidates IS NULL THEN RETURN result; END IF;

  -- First round: an equal share each; second: what others left over.
  FOR round IN 1..2 LOOP
    left_datasets := cardinality(candidates);
    FOREACH wanted IN ARRAY candidates LOOP
      EXIT WHEN left_slots = 0;
      share := CASE WHEN round = 1 THEN ceil(left_slots::float8 / left_datasets)::int ELSE left_slots END;
      left_datasets := left_datasets - 1;
      IF p_waits THEN
        PERFORM 1 FROM dataset_progress WHERE dataset_id = wanted FOR UPDATE;
      ELSE
        PERFORM 1 FROM dataset_progress WHERE dataset_id = wanted FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
      END IF;
      -- Read after the lock: a change of status holds it too.
      SELECT * INTO found_dataset FROM dataset WHERE id = wanted;
      CONTINUE WHEN NOT FOUND OR found_dataset.status <> 'PROCESSING';
      SELECT found_dataset.concurrency - p.tasks_running, p.tasks_completed = p.total_tasks - 1 INTO free, mappers_done
      FROM dataset_progress p WHERE p.dataset_id = wanted;
      CONTINUE WHEN least(free, share) < 1;
      moment := clock_timestamp();

      SELECT array_agg(w.id), count(*) FILTER (WHERE w.status = 'CREATED'),
             count(*) FILTER (WHERE w.status = 'QUEUED'), count(*) FILTER (WHERE w.status = 'RERUN')
      INTO picked, was_created, was_queued, was_rerun
      FROM (
        SELECT t.id, t.status FROM task t
        WHERE t.dataset_id = wanted AND t.status IN ('CREATED', 'QUEUED', 'RERUN') AND t.available_at <= moment
          AND (t.task_type <> 'SPARK_REDUCER' OR mappers_done)
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

-- `p_settles` as letsdata_settle_tasks takes them; {settled: its answer, claimed: at most as many tasks as ended}.
CREATE FUNCTION letsdata_settle_and_claim(p_settles jsonb, p_worker text, p_lease_seconds float8) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  settled jsonb := letsdata_settle_tasks(p_settles);
  claimed jsonb := '[]';
  places int;
BEGIN
  SELECT count(*) INTO places FROM jsonb_array_elements(settled) AS s(value) WHERE s.value <> 'null';
  IF places > 0 THEN
    BEGIN
      claimed := letsdata_claim_tasks(p_worker, places, p_lease_seconds, NULL, false);
    EXCEPTION WHEN OTHERS THEN
      -- What has ended has ended; the worker's next pass claims by itself and hears what is wrong.
      claimed := '[]';
    END;
  END IF;
  RETURN jsonb_build_object('settled', settled, 'claimed', claimed);
END $$;
