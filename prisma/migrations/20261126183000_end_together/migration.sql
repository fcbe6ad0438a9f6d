-- Rows of tasks and attempts that end in one call are written by one statement each: statements for each task were half of the server's
-- time for its end. What an attempt's end makes of its task is worked out first, under the task's lock, and stored then.

DROP FUNCTION letsdata_end_attempt(task, text, jsonb, float8);
DROP FUNCTION letsdata_meter_attempts(jsonb[], bigint[], bigint[]);
DROP FUNCTION letsdata_measure_ended(jsonb[]);

CREATE TYPE letsdata_attempt_end AS (
  task_id text, dataset_id text, tenant_id text,
  -- Of the task from now on.
  status text, stop_reason text, attempts_without_progress int, leases_lost int, last_error jsonb, available_at timestamptz,
  -- Of the attempt.
  attempt int, started_at timestamptz, ended_at timestamptz, outcome text, error jsonb,
  -- Code of what made it fail, for who asked.
  code text,
  -- Without a usage record yet.
  bytes_read bigint, bytes_written bigint);

-- Of a task that runs and is locked; `p_started`: of its attempt.
CREATE FUNCTION letsdata_attempt_end_of(t task, p_started timestamptz, p_wish text, p_error jsonb, p_delay_seconds float8)
RETURNS letsdata_attempt_end LANGUAGE plpgsql AS $$
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
  IF p_wish = 'COMPLETED' AND t.records_read <> t.documents_written + t.records_skipped + t.records_errored THEN
    new_status := 'ERRORED';
    new_error := jsonb_build_object('code', 'BALANCE_BROKEN', 'time', letsdata_ms(moment), 'message', format(
      '%s records were read, but %s written + %s skipped + %s errored are accounted for.',
      t.records_read, t.documents_written, t.records_skipped, t.records_errored));
  ELSIF p_wish = 'STOPPED' THEN
    SELECT d.status INTO dataset_status FROM dataset d WHERE d.id = t.dataset_id;
    new_status := CASE dataset_status
      WHEN 'STOPPING_ERROR' THEN 'ERRORED' WHEN 'STOPPING_COMPLETE' THEN 'COMPLETED' ELSE 'RERUN' END;
    new_stop_reason := CASE WHEN new_status <> 'RERUN' THEN 'STOPPED' END;
  ELSIF p_wish = 'LEASE_EXPIRED' THEN
    new_status := 'RERUN';
    leases := CASE WHEN t.progressed THEN 0 ELSE leases + 1 END;
  ELSIF p_wish = 'RERUN' THEN
    -- An idle stream or queue drains without having moved: that is waiting, not failing. A Spark step has nothing to drain to.
    attempts := CASE
      WHEN t.progressed THEN 0
      WHEN p_error IS NULL AND t.task_type IN ('KINESIS', 'SQS', 'DYNAMODBSTREAMS', 'SPARK_MAPPER', 'SPARK_REDUCER') THEN attempts
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
  RETURN ROW(t.id, t.dataset_id, t.tenant_id, new_status, new_stop_reason, attempts, leases, new_error,
    CASE WHEN new_status = 'RERUN' THEN moment + make_interval(secs => p_delay_seconds) ELSE t.available_at END,
    t.attempt, p_started, moment, ended_as, CASE WHEN new_error IS DISTINCT FROM t.last_error THEN new_error END,
    CASE WHEN new_status = 'ERRORED' AND new_stop_reason IS NULL OR p_error IS NOT NULL THEN new_error->>'code' END,
    t.bytes_read - t.bytes_read_metered, t.bytes_written - t.bytes_written_metered)::letsdata_attempt_end;
END $$;

-- What attempts used, in the transaction that ends them: metered once, whatever happens to the process that asks. Names, units and ids
-- are those of packages/dataset/src/meters.ts; a test compares them.
CREATE FUNCTION letsdata_meter_attempts(p_ends letsdata_attempt_end[]) RETURNS void LANGUAGE sql AS $$
  WITH ended AS (
    SELECT e.*, letsdata_ms(e.started_at) AS started_ms, letsdata_ms(e.ended_at) AS ended_ms FROM unnest(p_ends) e),
  -- Once for a dataset: its configuration may be long.
  dataset AS MATERIALIZED (
    SELECT d.id, d.tenant_id, d.config->'readConnector'->>'connectorDestination' AS reader,
      d.config->'writeConnector'->>'connectorDestination' AS writer,
      d.config->'computeEngine'->>'computeEngineType' AS engine,
      coalesce(d.config->'computeEngine'->>'memoryLimitInMegabytes',
        d.config->'computeEngine'->'lambda'->>'lambdaMemoryLimitInMegabytes')::float8 AS megabytes,
      -- Only a serverless endpoint of ours has it.
      (d.config->'computeEngine'->'endpoint'->'sagemakerServerless'->>'sagemakerMemoryLimitInMegabytes')::float8
        AS endpoint_megabytes
    FROM dataset d WHERE d.id = ANY (SELECT ended.dataset_id FROM ended)),
  -- Milliseconds and not what they cost: an update of the endpoint prices later calls only.
  inferred AS MATERIALIZED (
    SELECT t.id AS task_id, m.sum AS so_far, m.sum - t.inference_ms_metered AS milliseconds
    FROM ended e JOIN task t ON t.id = e.task_id, LATERAL (
      SELECT sum(p.sum) AS sum FROM metric_point p
      WHERE p.dataset_id = e.dataset_id AND p.task_id = e.task_id AND p.metric = 'inference.milliseconds') m
    WHERE m.sum > t.inference_ms_metered),
  -- Whether or not they are billed: calls of another endpoint must not be billed by this one later.
  advanced AS (
    UPDATE task t SET inference_ms_metered = i.so_far FROM inferred i WHERE t.id = i.task_id)
  INSERT INTO usage_record (usage_id, tenant_id, dataset_id, task_id, resource_type, resource, event_start_time,
    event_end_time, metering_dimension, metering_unit, metering_value)
  SELECT concat_ws(':', d.id, e.task_id, used.meter, used.resource, e.started_ms::bigint), d.tenant_id, d.id, e.task_id,
    used.resource_type, used.resource, to_timestamp(e.started_ms / 1000), to_timestamp(e.ended_ms / 1000),
    used.dimension, used.unit, used.value
  FROM ended e JOIN dataset d ON d.id = e.dataset_id LEFT JOIN inferred i ON i.task_id = e.task_id,
    LATERAL (VALUES
      ('readBytes', 'READ_CONNECTOR', d.reader, 'BytesRead', 'GB', e.bytes_read / 1e9::float8),
      ('writeBytes', 'WRITE_CONNECTOR', d.writer, 'BytesWritten', 'GB', e.bytes_written / 1e9::float8),
      ('computeDuration', 'COMPUTE_ENGINE', d.engine, 'ComputeDuration', 'GB-second',
        (e.ended_ms - e.started_ms) / 1000 / 1024 * d.megabytes),
      ('inferenceDuration', 'COMPUTE_ENGINE', d.engine, 'InferenceDuration', 'GB-second',
        round((i.milliseconds / 1000 / 1024 * d.endpoint_megabytes)::numeric, 6)::float8)
    ) AS used(meter, resource_type, resource, dimension, unit, value)
  WHERE used.resource IS NOT NULL AND used.value > 0
  ORDER BY 1
  ON CONFLICT (usage_id) DO NOTHING
$$;

-- Points of tasks that are COMPLETED or ERRORED now; of an attempt that leads to another, none.
CREATE FUNCTION letsdata_measure_ended(p_ends letsdata_attempt_end[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO metric_point AS m (dataset_id, task_id, metric, minute, count, sum, min, max)
  SELECT e.dataset_id, scope.task_id, n.metric, to_timestamp(floor(letsdata_ms(e.ended_at) / 60000) * 60),
    count(*), sum(n.value), min(n.value), max(n.value)
  FROM unnest(p_ends) e,
    LATERAL (VALUES ('task.milliseconds', letsdata_ms(e.ended_at) - letsdata_ms(e.started_at)),
      ('task.succeeded', CASE WHEN e.status = 'COMPLETED' THEN 1 ELSE 0 END)) AS n(metric, value),
    LATERAL (VALUES (''), (e.task_id)) AS scope(task_id)
  WHERE e.status IN ('COMPLETED', 'ERRORED')
  GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (dataset_id, task_id, metric, minute) DO UPDATE SET
    count = m.count + excluded.count, sum = m.sum + excluded.sum,
    min = least(m.min, excluded.min), max = greatest(m.max, excluded.max)
$$;

-- `p_measured`: of each attempt, in the order of `p_ends`; null: of none. The tasks are locked. Lock order: tasks by id, metric points of
-- attempts and then of ended tasks, each in key order, counters by dataset.
CREATE FUNCTION letsdata_store_ends(p_ends letsdata_attempt_end[], p_measured jsonb[], p_always_notify boolean)
RETURNS void LANGUAGE plpgsql
-- Rows are found by their keys, however small the table was when the statement was planned.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  moved record;
BEGIN
  UPDATE task t SET
    status = e.status, stop_reason = e.stop_reason, worker_id = NULL, lease_expires_at = NULL,
    attempts_without_progress = e.attempts_without_progress, leases_lost = e.leases_lost, last_error = e.last_error,
    last_error_code = e.last_error->>'code', bytes_read_metered = t.bytes_read, bytes_written_metered = t.bytes_written,
    available_at = e.available_at, updated_at = e.ended_at
  FROM unnest(p_ends) e WHERE t.id = e.task_id;
  UPDATE task_attempt a SET ended_at = e.ended_at, outcome = e.outcome, error = e.error
  FROM unnest(p_ends) e WHERE a.task_id = e.task_id AND a.attempt = e.attempt;
  IF p_measured IS NOT NULL THEN
    PERFORM letsdata_add_measurements(array_agg(e.dataset_id), array_agg(e.task_id), p_measured) FROM unnest(p_ends) e;
  END IF;
  -- Behind the measurements: some of it is metered by them.
  PERFORM letsdata_meter_attempts(p_ends);
  PERFORM letsdata_measure_ended(p_ends);
  FOR moved IN
    SELECT e.dataset_id, e.tenant_id, jsonb_object_agg(e.status, e.tasks) || jsonb_build_object('RUNNING', -sum(e.tasks)) AS counters
    FROM (SELECT u.dataset_id, u.tenant_id, u.status, count(*) AS tasks FROM unnest(p_ends) u GROUP BY 1, 2, 3) e
    GROUP BY 1, 2 ORDER BY 1
  LOOP
    PERFORM letsdata_add_progress(moved.dataset_id, moved.tenant_id, moved.counters, p_always_notify);
  END LOOP;
END $$;

CREATE FUNCTION letsdata_attempt_end_json(e letsdata_attempt_end) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('taskId', e.task_id, 'datasetId', e.dataset_id, 'status', e.status,
    'milliseconds', letsdata_ms(e.ended_at) - letsdata_ms(e.started_at), 'code', e.code)
$$;

-- `p_settles`: [{taskId, workerId, token, wish, error, counts, measurements, delaySeconds}]. Answers in their order; null where the
-- lease is another's by now.
CREATE OR REPLACE FUNCTION letsdata_settle_tasks(p_settles jsonb) RETURNS jsonb LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  asked record;
  t task%ROWTYPE;
  wish text;
  problem jsonb;
  ended letsdata_attempt_end;
  results jsonb[] := array_fill(NULL::jsonb, ARRAY[jsonb_array_length(p_settles)]);
  ends letsdata_attempt_end[] := '{}';
  measured jsonb[] := '{}';
  is_measured boolean := false;
  last_task text := '';
BEGIN
  FOR asked IN
    SELECT s.value, s.place::int AS place, k AS task, a.started_at
    FROM jsonb_array_elements(p_settles) WITH ORDINALITY AS s(value, place)
    JOIN task k ON k.id = s.value->>'taskId'
    JOIN task_attempt a ON a.task_id = k.id AND a.attempt = k.attempt
    ORDER BY k.id, s.place FOR UPDATE OF k
  LOOP
    t := asked.task;
    CONTINUE WHEN t.status <> 'RUNNING' OR t.worker_id <> asked.value->>'workerId'
      OR t.lease_token <> (asked.value->>'token')::bigint OR t.id = last_task;
    last_task := t.id;
    wish := asked.value->>'wish';
    problem := CASE WHEN jsonb_typeof(asked.value->'error') = 'object' THEN asked.value->'error' END;
    -- A task that ends must have checkpointed all it counted.
    IF wish = 'COMPLETED' AND (asked.value->'counts'->>'recordsRead')::bigint <> t.records_read THEN
      wish := 'ERRORED';
      problem := jsonb_build_object('code', 'BALANCE_BROKEN', 'time', letsdata_ms(clock_timestamp()), 'message', format(
        '%s records were read, but the last checkpoint covers %s.',
        asked.value->'counts'->>'recordsRead', t.records_read));
    END IF;
    ended := letsdata_attempt_end_of(t, asked.started_at, wish, problem, (asked.value->>'delaySeconds')::float8);
    results[asked.place] := letsdata_attempt_end_json(ended);
    ends := ends || ended;
    measured := measured || (asked.value->'measurements');
    is_measured := is_measured OR asked.value->'measurements' <> '[]';
  END LOOP;
  IF cardinality(ends) > 0 THEN
    PERFORM letsdata_store_ends(ends, CASE WHEN is_measured THEN measured END, false);
  END IF;
  RETURN to_jsonb(results);
END $$;

CREATE OR REPLACE FUNCTION letsdata_release_expired_leases(p_limit int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  expired record;
  ended letsdata_attempt_end;
  ends letsdata_attempt_end[] := '{}';
  result jsonb := '[]';
BEGIN
  FOR expired IN
    SELECT t AS task, a.started_at FROM task t JOIN task_attempt a ON a.task_id = t.id AND a.attempt = t.attempt
    WHERE t.status = 'RUNNING' AND t.lease_expires_at < clock_timestamp()
    ORDER BY t.id LIMIT p_limit FOR UPDATE OF t SKIP LOCKED
  LOOP
    ended := letsdata_attempt_end_of(expired.task, expired.started_at, 'LEASE_EXPIRED', NULL, 0);
    ends := ends || ended;
    result := result || letsdata_attempt_end_json(ended);
  END LOOP;
  IF cardinality(ends) > 0 THEN PERFORM letsdata_store_ends(ends, NULL, true); END IF;
  RETURN result;
END $$;

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
        SELECT * INTO progress FROM dataset_progress WHERE dataset_id = wanted FOR UPDATE;
      ELSE
        SELECT * INTO progress FROM dataset_progress WHERE dataset_id = wanted FOR UPDATE SKIP LOCKED;
      END IF;
      CONTINUE WHEN NOT FOUND;
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

