-- Indexes of some rows only: what waits, what runs, what failed.
CREATE INDEX task_claimable ON task (dataset_id, available_at, ordinal) WHERE status IN ('CREATED', 'QUEUED', 'RERUN');
CREATE INDEX task_running ON task (worker_id) WHERE status = 'RUNNING';
CREATE INDEX task_by_error ON task (dataset_id, last_error_code, ordinal, id) WHERE last_error_code IS NOT NULL;

-- The hot path of task distribution, one round trip each.
-- Lock order: a task's row, then metric points in key order, then the dataset's counters. Whoever holds the counters
-- first (claim) only takes tasks nobody holds (SKIP LOCKED), so no two of these can wait for each other.

CREATE FUNCTION letsdata_ms(moment timestamptz) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
  SELECT round(extract(epoch FROM moment) * 1000)::float8
$$;

CREATE FUNCTION letsdata_task_counts(t task) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'recordsRead', t.records_read, 'documentsWritten', t.documents_written, 'recordsSkipped', t.records_skipped,
    'recordsErrored', t.records_errored, 'bytesRead', t.bytes_read, 'bytesWritten', t.bytes_written)
$$;

CREATE FUNCTION letsdata_error_file_json(f error_file) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', f.id::text, 'taskId', f.task_id, 'key', f.key, 'records', f.records, 'bytes', f.bytes,
    'createdAt', letsdata_ms(f.created_at))
$$;

CREATE FUNCTION letsdata_task_json(t task, dataset_name text, dataset_user text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'taskId', t.id, 'datasetId', t.dataset_id, 'datasetName', dataset_name, 'tenantId', t.tenant_id,
    'userId', dataset_user, 'ordinal', t.ordinal, 'position', t.position, 'taskType', t.task_type,
    'status', t.status, 'stopReason', t.stop_reason, 'readerDefinition', t.reader_definition,
    'computeDefinition', t.compute_definition, 'checkpoint', t.checkpoint, 'counts', letsdata_task_counts(t),
    'workerId', t.worker_id, 'attempt', t.attempt, 'lastError', t.last_error,
    'createdAt', letsdata_ms(t.created_at), 'updatedAt', letsdata_ms(t.updated_at),
    'attempts', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
        'attempt', a.attempt, 'workerId', a.worker_id, 'codeVersion', a.code_version,
        'startedAt', letsdata_ms(a.started_at), 'endedAt', letsdata_ms(a.ended_at),
        'outcome', a.outcome, 'error', a.error) ORDER BY a.attempt)
      FROM (SELECT * FROM task_attempt WHERE task_id = t.id ORDER BY attempt DESC LIMIT 100) a), '[]'))
$$;

-- Adds to the dataset's counters and tells listeners; a burst notifies once in 200 ms, a change of status always.
CREATE FUNCTION letsdata_add_progress(p_dataset text, p_tenant text, d jsonb, p_always boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  notify boolean;
  moment timestamptz;
BEGIN
  PERFORM 1 FROM dataset_progress WHERE dataset_id = p_dataset FOR UPDATE;
  moment := clock_timestamp();
  SELECT p_always OR notified_at IS NULL OR notified_at < moment - interval '200 milliseconds' INTO notify
  FROM dataset_progress WHERE dataset_id = p_dataset;
  UPDATE dataset_progress SET
    total_tasks = total_tasks + coalesce((d->>'total')::int, 0),
    tasks_created = tasks_created + coalesce((d->>'CREATED')::int, 0),
    tasks_queued = tasks_queued + coalesce((d->>'QUEUED')::int, 0),
    tasks_running = tasks_running + coalesce((d->>'RUNNING')::int, 0),
    tasks_rerun = tasks_rerun + coalesce((d->>'RERUN')::int, 0),
    tasks_completed = tasks_completed + coalesce((d->>'COMPLETED')::int, 0),
    tasks_errored = tasks_errored + coalesce((d->>'ERRORED')::int, 0),
    records_read = records_read + coalesce((d->>'recordsRead')::bigint, 0),
    documents_written = documents_written + coalesce((d->>'documentsWritten')::bigint, 0),
    records_skipped = records_skipped + coalesce((d->>'recordsSkipped')::bigint, 0),
    records_errored = records_errored + coalesce((d->>'recordsErrored')::bigint, 0),
    bytes_read = bytes_read + coalesce((d->>'bytesRead')::bigint, 0),
    bytes_written = bytes_written + coalesce((d->>'bytesWritten')::bigint, 0),
    changed_at = moment,
    notified_at = CASE WHEN notify THEN moment ELSE notified_at END
  WHERE dataset_id = p_dataset;
  IF notify THEN
    PERFORM pg_notify('dataset_changed', p_tenant || ':' || p_dataset);
  END IF;
END $$;

CREATE FUNCTION letsdata_add_measurements(p_dataset text, p_task text, p_measurements jsonb)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO metric_point AS m (dataset_id, task_id, metric, minute, count, sum, min, max)
  SELECT p_dataset, scope.task_id, n.metric, to_timestamp(n.minute / 1000.0),
         sum(n.count), sum(n.sum), min(n.min), max(n.max)
  FROM jsonb_to_recordset(p_measurements) AS n(metric text, minute float8, count float8, sum float8, min float8, max float8),
       (SELECT '' AS task_id UNION SELECT p_task) scope
  GROUP BY scope.task_id, n.metric, n.minute
  ORDER BY scope.task_id, n.metric, n.minute
  ON CONFLICT (dataset_id, task_id, metric, minute) DO UPDATE SET
    count = m.count + excluded.count, sum = m.sum + excluded.sum,
    min = least(m.min, excluded.min), max = greatest(m.max, excluded.max)
$$;

CREATE FUNCTION letsdata_insert_tasks(p_dataset text, p_plans jsonb) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  tenant text;
  inserted int;
BEGIN
  SELECT tenant_id INTO tenant FROM dataset WHERE id = p_dataset;
  INSERT INTO task (id, dataset_id, tenant_id, ordinal, position, task_type, reader_definition, compute_definition)
  SELECT n."taskId", p_dataset, tenant, n.ordinal, n.position, n."taskType", n."readerDefinition", n."computeDefinition"
  FROM jsonb_to_recordset(p_plans) AS n("taskId" text, ordinal int, position text, "taskType" text,
       "readerDefinition" jsonb, "computeDefinition" jsonb)
  ORDER BY n."taskId"
  ON CONFLICT (id) DO NOTHING;
  GET DIAGNOSTICS inserted = ROW_COUNT;
  IF inserted > 0 THEN
    PERFORM letsdata_add_progress(p_dataset, tenant, jsonb_build_object('total', inserted, 'QUEUED', inserted), false);
  END IF;
  RETURN inserted;
END $$;

CREATE FUNCTION letsdata_claim_tasks(p_worker text, p_slots int, p_lease_seconds float8, p_datasets text[])
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  candidates text[];
  wanted text;
  free int;
  share int;
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
      AND p.tasks_created + p.tasks_queued + p.tasks_rerun > 0
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
      PERFORM 1 FROM dataset_progress WHERE dataset_id = wanted FOR UPDATE;
      -- Read after the lock: a change of status holds it too.
      SELECT * INTO found_dataset FROM dataset WHERE id = wanted;
      CONTINUE WHEN NOT FOUND OR found_dataset.status <> 'PROCESSING';
      SELECT found_dataset.concurrency - p.tasks_running INTO free FROM dataset_progress p WHERE p.dataset_id = wanted;
      CONTINUE WHEN least(free, share) < 1;
      moment := clock_timestamp();

      SELECT array_agg(w.id), count(*) FILTER (WHERE w.status = 'CREATED'),
             count(*) FILTER (WHERE w.status = 'QUEUED'), count(*) FILTER (WHERE w.status = 'RERUN')
      INTO picked, was_created, was_queued, was_rerun
      FROM (
        SELECT t.id, t.status FROM task t
        WHERE t.dataset_id = wanted AND t.status IN ('CREATED', 'QUEUED', 'RERUN') AND t.available_at <= moment
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

CREATE FUNCTION letsdata_renew_leases(p_worker text, p_tasks text[], p_tokens bigint[], p_lease_seconds float8)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  renewed text[];
BEGIN
  WITH held AS (
    SELECT t.id FROM unnest(p_tasks, p_tokens) AS h(id, token) JOIN task t ON t.id = h.id
    WHERE t.worker_id = p_worker AND t.lease_token = h.token AND t.status = 'RUNNING'
    ORDER BY t.id FOR UPDATE OF t),
  kept AS (
    UPDATE task t SET lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds)
    FROM held WHERE t.id = held.id RETURNING t.id)
  SELECT coalesce(array_agg(id), '{}') INTO renewed FROM kept;
  RETURN jsonb_build_object(
    'lost', (SELECT coalesce(jsonb_agg(id), '[]') FROM unnest(p_tasks) AS h(id) WHERE id <> ALL (renewed)),
    'stop', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('taskId', t.id, 'datasetStatus', d.status)), '[]')
      FROM task t JOIN dataset d ON d.id = t.dataset_id
      WHERE t.id = ANY (renewed) AND d.status NOT IN ('PROCESSING', 'REDRIVING')));
END $$;

CREATE FUNCTION letsdata_save_checkpoint(p_task text, p_worker text, p_token bigint, u jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  t task%ROWTYPE;
  c jsonb := u->'counts';
  new_position jsonb := CASE WHEN jsonb_typeof(u->'position') = 'object' THEN u->'position' END;
  moment timestamptz;
BEGIN
  SELECT * INTO t FROM task WHERE id = p_task FOR UPDATE;
  IF NOT FOUND OR t.status <> 'RUNNING' OR t.worker_id <> p_worker OR t.lease_token <> p_token THEN
    RETURN false;
  END IF;
  moment := clock_timestamp();
  UPDATE task SET
    checkpoint = new_position,
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

-- Ends the attempt a task is in. `p_wish`: COMPLETED, ERRORED, RERUN, STOPPED or LEASE_EXPIRED. The caller holds the
-- task's row and updates the dataset's counters.
CREATE FUNCTION letsdata_end_attempt(t task, p_wish text, p_error jsonb, p_delay_seconds float8)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := clock_timestamp();
  dataset_status text;
  new_status text := p_wish;
  new_stop_reason text;
  new_error jsonb := coalesce(p_error, t.last_error);
  attempts int := t.attempts_without_progress;
  leases int := t.leases_lost;
  ended_as text;
BEGIN
  SELECT d.status INTO dataset_status FROM dataset d WHERE d.id = t.dataset_id;
  IF p_wish = 'COMPLETED' AND t.records_read <> t.documents_written + t.records_skipped + t.records_errored THEN
    new_status := 'ERRORED';
    new_error := jsonb_build_object('code', 'BALANCE_BROKEN', 'time', letsdata_ms(moment), 'message', format(
      '%s records were read, but %s written + %s skipped + %s errored are accounted for.',
      t.records_read, t.documents_written, t.records_skipped, t.records_errored));
  ELSIF p_wish = 'STOPPED' THEN
    new_status := CASE dataset_status
      WHEN 'STOPPING_ERROR' THEN 'ERRORED' WHEN 'STOPPING_COMPLETE' THEN 'COMPLETED' ELSE 'RERUN' END;
    new_stop_reason := CASE WHEN new_status <> 'RERUN' THEN 'STOPPED' END;
  ELSIF p_wish = 'LEASE_EXPIRED' THEN
    new_status := 'RERUN';
    leases := CASE WHEN t.progressed THEN 0 ELSE leases + 1 END;
  ELSIF p_wish = 'RERUN' THEN
    -- An idle stream or queue drains without having moved: that is waiting, not failing.
    attempts := CASE
      WHEN t.progressed THEN 0
      WHEN p_error IS NULL AND t.task_type IN ('KINESIS', 'SQS', 'DYNAMODBSTREAMS') THEN attempts
      ELSE attempts + 1 END;
    leases := 0;
  END IF;
  IF new_status = 'RERUN' AND (attempts >= 3 OR leases >= 10) THEN
    new_status := 'ERRORED';
    new_error := jsonb_build_object('code', 'NO_PROGRESS', 'time', letsdata_ms(moment), 'message',
      CASE WHEN leases >= 10 THEN 'Ten workers in a row were lost with this task before it moved.'
      ELSE 'Three attempts moved nothing.' END
      || coalesce(' The last error was ' || (new_error->>'code') || ': ' || (new_error->>'message'), ''))
      || CASE WHEN new_error IS NULL THEN '{}' ELSE jsonb_build_object('previous', new_error - 'previous') END;
  END IF;
  IF new_status IN ('COMPLETED', 'ERRORED') THEN
    attempts := 0;
    leases := 0;
  END IF;
  ended_as := CASE WHEN p_wish IN ('STOPPED', 'LEASE_EXPIRED') AND new_error->>'code' IS DISTINCT FROM 'NO_PROGRESS'
    THEN p_wish ELSE new_status END;
  UPDATE task SET
    status = new_status, stop_reason = new_stop_reason, worker_id = NULL, lease_expires_at = NULL,
    attempts_without_progress = attempts, leases_lost = leases, last_error = new_error,
    last_error_code = new_error->>'code',
    available_at = CASE WHEN new_status = 'RERUN' THEN moment + make_interval(secs => p_delay_seconds) ELSE available_at END,
    updated_at = moment
  WHERE id = t.id;
  UPDATE task_attempt a SET ended_at = moment, outcome = ended_as,
    error = CASE WHEN new_error IS DISTINCT FROM t.last_error THEN new_error END
  WHERE a.task_id = t.id AND a.attempt = t.attempt;
  RETURN jsonb_build_object('taskId', t.id, 'datasetId', t.dataset_id, 'status', new_status, 'code',
    CASE WHEN new_status = 'ERRORED' AND new_stop_reason IS NULL OR p_error IS NOT NULL THEN new_error->>'code' END);
END $$;

CREATE FUNCTION letsdata_settle_task(p_task text, p_worker text, p_token bigint, p_wish text, p_error jsonb,
  p_counts jsonb, p_measurements jsonb, p_delay_seconds float8) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  t task%ROWTYPE;
  settled jsonb;
  wish text := p_wish;
  problem jsonb := p_error;
BEGIN
  SELECT * INTO t FROM task WHERE id = p_task FOR UPDATE;
  IF NOT FOUND OR t.status <> 'RUNNING' OR t.worker_id <> p_worker OR t.lease_token <> p_token THEN
    RETURN NULL;
  END IF;
  -- A task that ends must have checkpointed all it counted.
  IF p_wish = 'COMPLETED' AND (p_counts->>'recordsRead')::bigint <> t.records_read THEN
    wish := 'ERRORED';
    problem := jsonb_build_object('code', 'BALANCE_BROKEN', 'time', letsdata_ms(clock_timestamp()), 'message', format(
      '%s records were read, but the last checkpoint covers %s.', p_counts->>'recordsRead', t.records_read));
  END IF;
  settled := letsdata_end_attempt(t, wish, problem, p_delay_seconds);
  IF jsonb_array_length(p_measurements) > 0 THEN
    PERFORM letsdata_add_measurements(t.dataset_id, p_task, p_measurements);
  END IF;
  PERFORM letsdata_add_progress(t.dataset_id, t.tenant_id,
    jsonb_build_object('RUNNING', -1, settled->>'status', 1), false);
  RETURN settled;
END $$;

CREATE FUNCTION letsdata_release_expired_leases(p_limit int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  t task%ROWTYPE;
  ended jsonb;
  result jsonb := '[]';
  moved record;
BEGIN
  FOR t IN
    SELECT * FROM task WHERE status = 'RUNNING' AND lease_expires_at < clock_timestamp()
    ORDER BY id LIMIT p_limit FOR UPDATE SKIP LOCKED
  LOOP
    ended := letsdata_end_attempt(t, 'LEASE_EXPIRED', NULL, 0);
    result := result || (ended || jsonb_build_object('tenantId', t.tenant_id));
  END LOOP;
  FOR moved IN
    SELECT r->>'datasetId' AS dataset_id, r->>'tenantId' AS tenant_id,
      count(*) FILTER (WHERE r->>'status' = 'RERUN') AS rerun, count(*) FILTER (WHERE r->>'status' = 'ERRORED') AS errored
    FROM jsonb_array_elements(result) r GROUP BY 1, 2 ORDER BY 1
  LOOP
    PERFORM letsdata_add_progress(moved.dataset_id, moved.tenant_id, jsonb_build_object(
      'RUNNING', -(moved.rerun + moved.errored), 'RERUN', moved.rerun, 'ERRORED', moved.errored), true);
  END LOOP;
  RETURN result;
END $$;

-- Waiting tasks of a stopping dataset end where the stop asked for; returns how many.
CREATE FUNCTION letsdata_stop_waiting_tasks(p_dataset text, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  found_dataset dataset%ROWTYPE;
  target text;
  was_created int;
  was_queued int;
  was_rerun int;
  picked text[];
BEGIN
  SELECT * INTO found_dataset FROM dataset WHERE id = p_dataset;
  target := CASE found_dataset.status WHEN 'STOPPING_ERROR' THEN 'ERRORED' WHEN 'STOPPING_COMPLETE' THEN 'COMPLETED' END;
  IF target IS NULL THEN RETURN 0; END IF;
  SELECT array_agg(w.id), count(*) FILTER (WHERE w.status = 'CREATED'),
         count(*) FILTER (WHERE w.status = 'QUEUED'), count(*) FILTER (WHERE w.status = 'RERUN')
  INTO picked, was_created, was_queued, was_rerun
  FROM (SELECT id, status FROM task WHERE dataset_id = p_dataset AND status IN ('CREATED', 'QUEUED', 'RERUN')
        LIMIT p_limit FOR UPDATE SKIP LOCKED) w;
  IF picked IS NULL THEN RETURN 0; END IF;
  UPDATE task SET status = target, stop_reason = 'STOPPED', attempts_without_progress = 0, leases_lost = 0,
    updated_at = clock_timestamp()
  WHERE id = ANY (picked);
  PERFORM letsdata_add_progress(p_dataset, found_dataset.tenant_id, jsonb_build_object(
    'CREATED', -was_created, 'QUEUED', -was_queued, 'RERUN', -was_rerun, target, cardinality(picked)), true);
  RETURN cardinality(picked);
END $$;

-- Counters move on every checkpoint: room on the page keeps those updates within it.
ALTER TABLE dataset_progress SET (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
ALTER TABLE task SET (fillfactor = 80);
ALTER TABLE metric_point SET (fillfactor = 70);
