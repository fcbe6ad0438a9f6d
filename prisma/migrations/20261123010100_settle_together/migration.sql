-- Attempts that end at about the same time are settled in one transaction: the counters of their dataset move once for all of them, not
-- once for each, one commit after the other.

-- Measurements of several tasks in one statement, so that points are taken in key order whatever they belong to.
CREATE FUNCTION letsdata_add_measurements(p_datasets text[], p_tasks text[], p_measurements jsonb[])
RETURNS void LANGUAGE sql AS $$
  INSERT INTO metric_point AS m (dataset_id, task_id, metric, minute, count, sum, min, max)
  SELECT measured.dataset_id, scope.task_id, n.metric, to_timestamp(n.minute / 1000.0),
         sum(n.count), sum(n.sum), min(n.min), max(n.max)
  FROM unnest(p_datasets, p_tasks, p_measurements) AS measured(dataset_id, task_id, points),
       LATERAL jsonb_to_recordset(measured.points)
         AS n(metric text, minute float8, count float8, sum float8, min float8, max float8),
       LATERAL (SELECT '' AS task_id UNION SELECT measured.task_id) scope
  GROUP BY measured.dataset_id, scope.task_id, n.metric, n.minute
  ORDER BY measured.dataset_id, scope.task_id, n.metric, n.minute
  ON CONFLICT (dataset_id, task_id, metric, minute) DO UPDATE SET
    count = m.count + excluded.count, sum = m.sum + excluded.sum,
    min = least(m.min, excluded.min), max = greatest(m.max, excluded.max)
$$;

CREATE OR REPLACE FUNCTION letsdata_add_measurements(p_dataset text, p_task text, p_measurements jsonb)
RETURNS void LANGUAGE sql AS $$
  SELECT letsdata_add_measurements(ARRAY[p_dataset], ARRAY[p_task], ARRAY[p_measurements])
$$;

DROP FUNCTION letsdata_settle_task(text, text, bigint, text, jsonb, jsonb, jsonb, float8);

-- `p_settles`: [{taskId, workerId, token, wish, error, counts, measurements, delaySeconds}]. Answers in their order; null where the
-- lease is another's by now.
CREATE FUNCTION letsdata_settle_tasks(p_settles jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
BEGIN
  -- The lock order of "task_functions": tasks by id, metric points in key order, counters by dataset.
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
    measured := measured || (asked.value->'measurements' || letsdata_ended_task_measurements(ended));
  END LOOP;
  IF cardinality(tasks) = 0 THEN RETURN to_jsonb(results); END IF;
  PERFORM letsdata_add_measurements(datasets, tasks, measured);
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
