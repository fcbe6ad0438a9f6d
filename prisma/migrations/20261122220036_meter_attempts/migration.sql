-- AlterTable
ALTER TABLE "task" ADD COLUMN     "bytes_read_metered" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "bytes_written_metered" BIGINT NOT NULL DEFAULT 0;

-- What an attempt used, in the transaction that ends it: metered once, whatever happens to the process that asks.
-- Names, units and ids are those of packages/dataset/src/meters.ts; a test compares them.
CREATE FUNCTION letsdata_meter_attempt(t task, started timestamptz, ended timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO usage_record (usage_id, tenant_id, dataset_id, task_id, resource_type, resource, event_start_time,
    event_end_time, metering_dimension, metering_unit, metering_value)
  SELECT concat_ws(':', t.dataset_id, t.id, used.meter, used.resource, letsdata_ms(started)::bigint), t.tenant_id,
    t.dataset_id, t.id, used.resource_type, used.resource, started, ended, used.dimension, used.unit, used.value
  FROM (SELECT config FROM dataset WHERE id = t.dataset_id) d,
    LATERAL (VALUES
      ('readBytes', 'READ_CONNECTOR', d.config->'readConnector'->>'connectorDestination', 'BytesRead', 'GB',
        (t.bytes_read - t.bytes_read_metered) / 1e9::float8),
      ('writeBytes', 'WRITE_CONNECTOR', d.config->'writeConnector'->>'connectorDestination', 'BytesWritten', 'GB',
        (t.bytes_written - t.bytes_written_metered) / 1e9::float8),
      ('computeDuration', 'COMPUTE_ENGINE', d.config->'computeEngine'->>'computeEngineType', 'ComputeDuration',
        'GB-second', extract(epoch FROM ended - started)::float8 / 1024 * coalesce(
          d.config->'computeEngine'->>'memoryLimitInMegabytes',
          d.config->'computeEngine'->'lambda'->>'lambdaMemoryLimitInMegabytes')::float8)
    ) AS used(meter, resource_type, resource, dimension, unit, value)
  WHERE used.resource IS NOT NULL AND used.value > 0
  ON CONFLICT (usage_id) DO NOTHING
$$;

-- Measurements of a task that is COMPLETED or ERRORED now; of an attempt that leads to another, none.
CREATE FUNCTION letsdata_ended_task_measurements(ended jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('metric', m.metric, 'minute',
    floor((ended->>'endedAt')::float8 / 60000) * 60000, 'count', 1, 'sum', m.value, 'min', m.value, 'max', m.value)), '[]')
  FROM (VALUES
    ('task.succeeded', CASE WHEN ended->>'status' = 'COMPLETED' THEN 1 ELSE 0 END::float8),
    ('task.milliseconds', (ended->>'milliseconds')::float8)) AS m(metric, value)
  WHERE ended->>'status' IN ('COMPLETED', 'ERRORED')
$$;

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
    bytes_read_metered = t.bytes_read, bytes_written_metered = t.bytes_written,
    available_at = CASE WHEN new_status = 'RERUN' THEN moment + make_interval(secs => p_delay_seconds) ELSE available_at END,
    updated_at = moment
  WHERE id = t.id;
  UPDATE task_attempt a SET ended_at = moment, outcome = ended_as,
    error = CASE WHEN new_error IS DISTINCT FROM t.last_error THEN new_error END
  WHERE a.task_id = t.id AND a.attempt = t.attempt
  RETURNING a.started_at INTO started;
  PERFORM letsdata_meter_attempt(t, started, moment);
  RETURN jsonb_build_object('taskId', t.id, 'datasetId', t.dataset_id, 'status', new_status,
    'milliseconds', letsdata_ms(moment) - letsdata_ms(started), 'endedAt', letsdata_ms(moment), 'code',
    CASE WHEN new_status = 'ERRORED' AND new_stop_reason IS NULL OR p_error IS NOT NULL THEN new_error->>'code' END);
END $$;

CREATE OR REPLACE FUNCTION letsdata_settle_task(p_task text, p_worker text, p_token bigint, p_wish text, p_error jsonb,
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
  PERFORM letsdata_add_measurements(t.dataset_id, p_task, p_measurements || letsdata_ended_task_measurements(settled));
  PERFORM letsdata_add_progress(t.dataset_id, t.tenant_id,
    jsonb_build_object('RUNNING', -1, settled->>'status', 1), false);
  RETURN settled;
END $$;

CREATE OR REPLACE FUNCTION letsdata_release_expired_leases(p_limit int) RETURNS jsonb LANGUAGE plpgsql AS $$
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
  -- Before any counter is held: the lock order of "task_functions".
  FOR moved IN SELECT r FROM jsonb_array_elements(result) r ORDER BY r->>'datasetId', r->>'taskId' LOOP
    PERFORM letsdata_add_measurements(
      moved.r->>'datasetId', moved.r->>'taskId', letsdata_ended_task_measurements(moved.r));
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
