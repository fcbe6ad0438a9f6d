-- Calls of a model that LetsData serves on a serverless endpoint are metered with the attempts that made them.

ALTER TABLE "task" ADD COLUMN     "inference_ms_metered" DOUBLE PRECISION NOT NULL DEFAULT 0;

-- What attempts used, in the transaction that ends them: metered once, whatever happens to the process that asks. `p_ended`: answers of
-- letsdata_end_attempt; the bytes are those without a usage record yet, in the same order. Names, units and ids are those of
-- packages/dataset/src/meters.ts; a test compares them.
CREATE OR REPLACE FUNCTION letsdata_meter_attempts(p_ended jsonb[], p_bytes_read bigint[], p_bytes_written bigint[])
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
  IF is_measured THEN PERFORM letsdata_add_measurements(datasets, tasks, measured); END IF;
  -- Behind the measurements: some of it is metered by them.
  PERFORM letsdata_meter_attempts(all_ended, bytes_read, bytes_written);
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
