-- Spark: one reducer follows all mappers; letsdata_claim_tasks holds it until they are COMPLETED.

-- As before, but a Spark step that had to end with its worker has not failed.
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

-- A reducer whose mappers have all ended, one of them ERRORED, cannot start any more: it becomes ERRORED with them, and a redrive takes
-- it along. True where that happened. Repeatable.
CREATE FUNCTION letsdata_fail_held_reducer(p_dataset text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  t task%ROWTYPE;
  failed int;
  moment timestamptz;
BEGIN
  -- The row first: a redrive of mappers holds it as well.
  SELECT * INTO t FROM task WHERE dataset_id = p_dataset AND status IN ('CREATED', 'QUEUED', 'RERUN')
    AND task_type = 'SPARK_REDUCER' FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  SELECT p.tasks_errored INTO failed FROM dataset_progress p JOIN dataset d ON d.id = p.dataset_id
  WHERE p.dataset_id = p_dataset AND d.status = 'PROCESSING' AND p.tasks_errored > 0 AND p.tasks_running = 0
    AND p.tasks_created + p.tasks_queued + p.tasks_rerun = 1;
  IF NOT FOUND THEN RETURN false; END IF;
  moment := clock_timestamp();
  UPDATE task SET status = 'ERRORED', stop_reason = NULL, last_error_code = 'MAPPERS_FAILED', updated_at = moment,
    attempts_without_progress = 0, leases_lost = 0,
    last_error = jsonb_build_object('code', 'MAPPERS_FAILED', 'time', letsdata_ms(moment), 'message', format(
      CASE failed WHEN 1 THEN '%s mapper failed: the reducer starts when all are COMPLETED.'
      ELSE '%s mappers failed: the reducer starts when all are COMPLETED.' END, failed))
  WHERE id = t.id;
  PERFORM letsdata_add_progress(p_dataset, t.tenant_id, jsonb_build_object(t.status, -1, 'ERRORED', 1), true);
  RETURN true;
END $$;
