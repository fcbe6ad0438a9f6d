-- An attempt whose worker died was billed until somebody noticed: hours, where no worker was left. It ends with its lease.

-- Of a task that runs and is locked; `p_started`: of its attempt.
CREATE OR REPLACE FUNCTION letsdata_attempt_end_of(t task, p_started timestamptz, p_wish text, p_error jsonb, p_delay_seconds float8)
RETURNS letsdata_attempt_end LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := clock_timestamp();
  -- Of an attempt whose worker is gone nobody knows more than that it did not work behind its lease, however late somebody notices.
  ended timestamptz := CASE WHEN p_wish = 'LEASE_EXPIRED' THEN greatest(p_started, least(moment, t.lease_expires_at)) ELSE moment END;
  dataset_status text;
  new_status text := p_wish;
  new_stop_reason text;
  new_error jsonb := coalesce(p_error, t.last_error);
  attempts int := CASE WHEN t.progressed THEN 0 ELSE t.attempts_without_progress END;
  leases int := CASE WHEN t.progressed THEN 0 ELSE t.leases_lost END;
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
    -- An idle stream or queue drains without having moved: it was read, and had nothing. A Spark step has nothing to drain to. A scan of a
    -- table waits if its attempt began before its position says that the next scan does; else it has to move like any other task.
    attempts := CASE
      WHEN t.progressed THEN 0
      WHEN p_error IS NULL AND t.task_type IN ('KINESIS', 'SQS', 'DYNAMODBSTREAMS') THEN 0
      WHEN p_error IS NULL AND t.task_type IN ('SPARK_MAPPER', 'SPARK_REDUCER') THEN attempts
      WHEN p_error IS NULL AND t.task_type = 'DYNAMODB' AND t.checkpoint->'notBefore' > to_jsonb(letsdata_ms(p_started)) THEN attempts
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
    t.attempt, p_started, ended, ended_as, CASE WHEN new_error IS DISTINCT FROM t.last_error THEN new_error END,
    CASE WHEN new_status = 'ERRORED' AND new_stop_reason IS NULL OR p_error IS NOT NULL THEN new_error->>'code' END,
    t.bytes_read - t.bytes_read_metered, t.bytes_written - t.bytes_written_metered)::letsdata_attempt_end;
END $$;

-- `p_measured`: of each attempt, in the order of `p_ends`; null: of none. The tasks are locked. Lock order: tasks by id, metric points of
-- attempts and then of ended tasks, each in key order, counters by dataset.
CREATE OR REPLACE FUNCTION letsdata_store_ends(p_ends letsdata_attempt_end[], p_measured jsonb[], p_always_notify boolean)
RETURNS void LANGUAGE plpgsql
-- Rows are found by their keys, however small the table was when the statement was planned.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  moved record;
  used jsonb;
  ended_points jsonb;
BEGIN
  UPDATE task t SET
    status = e.status, stop_reason = e.stop_reason, worker_id = NULL, lease_expires_at = NULL,
    attempts_without_progress = e.attempts_without_progress, leases_lost = e.leases_lost, last_error = e.last_error,
    last_error_code = e.last_error->>'code', bytes_read_metered = t.bytes_read, bytes_written_metered = t.bytes_written,
    attempts_ms = t.attempts_ms + letsdata_ms(e.ended_at) - letsdata_ms(e.started_at), available_at = e.available_at,
    updated_at = clock_timestamp()
  FROM unnest(p_ends) e WHERE t.id = e.task_id;
  UPDATE task_attempt a SET ended_at = e.ended_at, outcome = e.outcome, error = e.error
  FROM unnest(p_ends) e WHERE a.task_id = e.task_id AND a.attempt = e.attempt;
  IF p_measured IS NOT NULL THEN
    SELECT letsdata_add_measurements(array_agg(e.dataset_id), array_agg(e.task_id), p_measured) INTO used FROM unnest(p_ends) e;
  END IF;
  -- Behind the measurements: some of it is metered by them.
  PERFORM letsdata_meter_attempts(p_ends);
  ended_points := letsdata_measure_ended(p_ends);
  FOR moved IN
    SELECT e.dataset_id, e.tenant_id, jsonb_object_agg(e.status, e.tasks) || coalesce(used->e.dataset_id, '{}')
      || jsonb_build_object('RUNNING', -sum(e.tasks), 'metricPoints',
        coalesce((used->e.dataset_id->>'metricPoints')::int, 0) + coalesce((ended_points->>e.dataset_id)::int, 0)) AS counters
    FROM (SELECT u.dataset_id, u.tenant_id, u.status, count(*) AS tasks FROM unnest(p_ends) u GROUP BY 1, 2, 3) e
    GROUP BY 1, 2 ORDER BY 1
  LOOP
    PERFORM letsdata_add_progress(moved.dataset_id, moved.tenant_id, moved.counters, p_always_notify);
  END LOOP;
END $$;
