-- A task's duration is that of all its attempts since it was planned or redriven, not of the last one alone.
ALTER TABLE "task" ADD COLUMN "attempts_ms" DOUBLE PRECISION NOT NULL DEFAULT 0;

-- Points of tasks that are COMPLETED or ERRORED now; of an attempt that leads to another, none. `attempts_ms` has this one in it already.
CREATE OR REPLACE FUNCTION letsdata_measure_ended(p_ends letsdata_attempt_end[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO metric_point AS m (dataset_id, task_id, metric, minute, count, sum, min, max)
  SELECT e.dataset_id, scope.task_id, n.metric, to_timestamp(floor(letsdata_ms(e.ended_at) / 60000) * 60),
    count(*), sum(n.value), min(n.value), max(n.value)
  FROM unnest(p_ends) e JOIN task t ON t.id = e.task_id,
    LATERAL (VALUES ('task.milliseconds', t.attempts_ms),
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
CREATE OR REPLACE FUNCTION letsdata_store_ends(p_ends letsdata_attempt_end[], p_measured jsonb[], p_always_notify boolean)
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
    attempts_ms = t.attempts_ms + letsdata_ms(e.ended_at) - letsdata_ms(e.started_at), available_at = e.available_at,
    updated_at = e.ended_at
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
