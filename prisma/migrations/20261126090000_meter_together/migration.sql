-- What attempts used, and what is measured of ended tasks, is written for all that end together: statements for each were a
-- quarter of the server's time for the end of a task.

-- Taking a moment apart is STABLE in PostgreSQL: a function that is declared as more is called and not taken into the statement.
ALTER FUNCTION letsdata_ms(timestamptz) STABLE;

-- What attempts used, in the transaction that ends them: metered once, whatever happens to the process that asks. `p_ended`: answers of
-- letsdata_end_attempt; the bytes are those without a usage record yet, in the same order. Names, units and ids are those of
-- packages/dataset/src/meters.ts; a test compares them.
CREATE FUNCTION letsdata_meter_attempts(p_ended jsonb[], p_bytes_read bigint[], p_bytes_written bigint[])
RETURNS void LANGUAGE sql AS $$
  WITH ended AS (
    SELECT e->>'taskId' AS task_id, e->>'datasetId' AS dataset_id, (e->>'endedAt')::float8 AS ended_ms,
      (e->>'endedAt')::float8 - (e->>'milliseconds')::float8 AS started_ms, bytes_read, bytes_written
    FROM unnest(p_ended, p_bytes_read, p_bytes_written) AS u(e, bytes_read, bytes_written)),
  -- Once for a dataset: its configuration may be long.
  dataset AS MATERIALIZED (
    SELECT d.id, d.tenant_id, d.config->'readConnector'->>'connectorDestination' AS reader,
      d.config->'writeConnector'->>'connectorDestination' AS writer,
      d.config->'computeEngine'->>'computeEngineType' AS engine,
      coalesce(d.config->'computeEngine'->>'memoryLimitInMegabytes',
        d.config->'computeEngine'->'lambda'->>'lambdaMemoryLimitInMegabytes')::float8 AS megabytes
    FROM dataset d WHERE d.id = ANY (SELECT ended.dataset_id FROM ended))
  INSERT INTO usage_record (usage_id, tenant_id, dataset_id, task_id, resource_type, resource, event_start_time,
    event_end_time, metering_dimension, metering_unit, metering_value)
  SELECT concat_ws(':', d.id, e.task_id, used.meter, used.resource, e.started_ms::bigint), d.tenant_id, d.id, e.task_id,
    used.resource_type, used.resource, to_timestamp(e.started_ms / 1000), to_timestamp(e.ended_ms / 1000),
    used.dimension, used.unit, used.value
  FROM ended e JOIN dataset d ON d.id = e.dataset_id,
    LATERAL (VALUES
      ('readBytes', 'READ_CONNECTOR', d.reader, 'BytesRead', 'GB', e.bytes_read / 1e9::float8),
      ('writeBytes', 'WRITE_CONNECTOR', d.writer, 'BytesWritten', 'GB', e.bytes_written / 1e9::float8),
      ('computeDuration', 'COMPUTE_ENGINE', d.engine, 'ComputeDuration', 'GB-second',
        (e.ended_ms - e.started_ms) / 1000 / 1024 * d.megabytes)
    ) AS used(meter, resource_type, resource, dimension, unit, value)
  WHERE used.resource IS NOT NULL AND used.value > 0
  ORDER BY 1
  ON CONFLICT (usage_id) DO NOTHING
$$;

-- Points of tasks that are COMPLETED or ERRORED now; of an attempt that leads to another, none.
CREATE FUNCTION letsdata_measure_ended(p_ended jsonb[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO metric_point AS m (dataset_id, task_id, metric, minute, count, sum, min, max)
  SELECT e->>'datasetId', scope.task_id, n.metric, to_timestamp(floor((e->>'endedAt')::float8 / 60000) * 60),
    count(*), sum(n.value), min(n.value), max(n.value)
  FROM unnest(p_ended) AS u(e),
    LATERAL (VALUES ('task.milliseconds', (e->>'milliseconds')::float8),
      ('task.succeeded', CASE WHEN e->>'status' = 'COMPLETED' THEN 1 ELSE 0 END)) AS n(metric, value),
    LATERAL (VALUES (''), (e->>'taskId')) AS scope(task_id)
  WHERE e->>'status' IN ('COMPLETED', 'ERRORED')
  GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (dataset_id, task_id, metric, minute) DO UPDATE SET
    count = m.count + excluded.count, sum = m.sum + excluded.sum,
    min = least(m.min, excluded.min), max = greatest(m.max, excluded.max)
$$;

-- As before, but the caller meters and measures what ended.
CREATE OR REPLACE FUNCTION letsdata_end_attempt(t task, p_wish text, p_error jsonb, p_delay_seconds float8)
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
  started timestamptz;
  ended_ms float8 := letsdata_ms(moment);
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
    bytes_read_metered = t.bytes_read, bytes_written_metered = t.bytes_written,
    available_at = CASE WHEN new_status = 'RERUN' THEN moment + make_interval(secs => p_delay_seconds) ELSE available_at END,
    updated_at = moment
  WHERE id = t.id;
  UPDATE task_attempt a SET ended_at = moment, outcome = ended_as,
    error = CASE WHEN new_error IS DISTINCT FROM t.last_error THEN new_error END
  WHERE a.task_id = t.id AND a.attempt = t.attempt
  RETURNING a.started_at INTO started;
  RETURN jsonb_build_object('taskId', t.id, 'datasetId', t.dataset_id, 'status', new_status,
    'milliseconds', ended_ms - letsdata_ms(started), 'endedAt', ended_ms, 'code',
    CASE WHEN new_status = 'ERRORED' AND new_stop_reason IS NULL OR p_error IS NOT NULL THEN new_error->>'code' END);
END $$;

-- `p_settles`: [{taskId, workerId, token, wish, error, counts, measurements, delaySeconds}]. Answers in their order; null where the
-- lease is another's by now.
CREATE OR REPLACE FUNCTION letsdata_settle_tasks(p_settles jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  asked record;
  moved record;
  t task%ROWTYPE;
  wish text;
  problem jsonb;
  ended jsonb;
  results jsonb[] := array_fill(NULL::jsonb, ARRAY[jsonb_array_length(p_settles)]);
  datasets text[] := '{}';
  tenants text[] := '{}';
  tasks text[] := '{}';
  statuses text[] := '{}';
  measured jsonb[] := '{}';
  is_measured boolean := false;
  all_ended jsonb[] := '{}';
  bytes_read bigint[] := '{}';
  bytes_written bigint[] := '{}';
BEGIN
  -- Lock order: tasks by id, metric points of attempts and then of ended tasks, each in key order, counters by dataset.
  FOR asked IN
    SELECT s.value, s.place::int FROM jsonb_array_elements(p_settles) WITH ORDINALITY AS s(value, place)
    ORDER BY s.value->>'taskId', s.place
  LOOP
    SELECT * INTO t FROM task WHERE id = asked.value->>'taskId' FOR UPDATE;
    CONTINUE WHEN NOT FOUND OR t.status <> 'RUNNING' OR t.worker_id <> asked.value->>'workerId'
      OR t.lease_token <> (asked.value->>'token')::bigint;
    wish := asked.value->>'wish';
    problem := CASE WHEN jsonb_typeof(asked.value->'error') = 'object' THEN asked.value->'error' END;
    -- A task that ends must have checkpointed all it counted.
    IF wish = 'COMPLETED' AND (asked.value->'counts'->>'recordsRead')::bigint <> t.records_read THEN
      wish := 'ERRORED';
      problem := jsonb_build_object('code', 'BALANCE_BROKEN', 'time', letsdata_ms(clock_timestamp()), 'message', format(
        '%s records were read, but the last checkpoint covers %s.',
        asked.value->'counts'->>'recordsRead', t.records_read));
    END IF;
    ended := letsdata_end_attempt(t, wish, problem, (asked.value->>'delaySeconds')::float8);
    results[asked.place] := ended;
    datasets := datasets || t.dataset_id;
    tenants := tenants || t.tenant_id;
    tasks := tasks || t.id;
    statuses := statuses || (ended->>'status');
    measured := measured || (asked.value->'measurements');
    is_measured := is_measured OR asked.value->'measurements' <> '[]';
    all_ended := all_ended || ended;
    bytes_read := bytes_read || (t.bytes_read - t.bytes_read_metered);
    bytes_written := bytes_written || (t.bytes_written - t.bytes_written_metered);
  END LOOP;
  IF cardinality(tasks) = 0 THEN RETURN to_jsonb(results); END IF;
  PERFORM letsdata_meter_attempts(all_ended, bytes_read, bytes_written);
  IF is_measured THEN PERFORM letsdata_add_measurements(datasets, tasks, measured); END IF;
  PERFORM letsdata_measure_ended(all_ended);
  FOR moved IN
    SELECT e.dataset_id, e.tenant_id, jsonb_object_agg(e.status, e.tasks) || jsonb_build_object('RUNNING', -sum(e.tasks)) AS counters
    FROM (
      SELECT u.dataset_id, u.tenant_id, u.status, count(*) AS tasks
      FROM unnest(datasets, tenants, statuses) AS u(dataset_id, tenant_id, status) GROUP BY 1, 2, 3) e
    GROUP BY 1, 2 ORDER BY 1
  LOOP
    PERFORM letsdata_add_progress(moved.dataset_id, moved.tenant_id, moved.counters, false);
  END LOOP;
  RETURN to_jsonb(results);
END $$;

CREATE OR REPLACE FUNCTION letsdata_release_expired_leases(p_limit int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  t task%ROWTYPE;
  ended jsonb;
  result jsonb := '[]';
  all_ended jsonb[] := '{}';
  bytes_read bigint[] := '{}';
  bytes_written bigint[] := '{}';
  moved record;
BEGIN
  FOR t IN
    SELECT * FROM task WHERE status = 'RUNNING' AND lease_expires_at < clock_timestamp()
    ORDER BY id LIMIT p_limit FOR UPDATE SKIP LOCKED
  LOOP
    ended := letsdata_end_attempt(t, 'LEASE_EXPIRED', NULL, 0);
    result := result || (ended || jsonb_build_object('tenantId', t.tenant_id));
    all_ended := all_ended || ended;
    bytes_read := bytes_read || (t.bytes_read - t.bytes_read_metered);
    bytes_written := bytes_written || (t.bytes_written - t.bytes_written_metered);
  END LOOP;
  -- Before any counter is held, as letsdata_settle_tasks does.
  PERFORM letsdata_meter_attempts(all_ended, bytes_read, bytes_written);
  PERFORM letsdata_measure_ended(all_ended);
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

DROP FUNCTION letsdata_meter_attempt(task, timestamptz, timestamptz);
DROP FUNCTION letsdata_ended_task_measurements(jsonb);
