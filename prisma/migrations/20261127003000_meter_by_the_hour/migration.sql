-- What datasets use beside bytes and time (requests, checkpoints, error archives, points of charts, log lines) is counted in the transactions
-- that store it, and gets its usage records by dataset and hour: an attempt's end writes no record more for it.

ALTER TABLE "dataset_progress"
  ADD COLUMN "read_requests" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "write_requests" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "checkpoints" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "error_bytes" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "metric_points" BIGINT NOT NULL DEFAULT 0;

CREATE TABLE "usage_mark" (
  "dataset_id" TEXT NOT NULL,
  "metered_at" TIMESTAMPTZ(3) NOT NULL,
  "read_requests" BIGINT NOT NULL DEFAULT 0,
  "write_requests" BIGINT NOT NULL DEFAULT 0,
  "checkpoints" BIGINT NOT NULL DEFAULT 0,
  "error_bytes" BIGINT NOT NULL DEFAULT 0,
  "metric_points" BIGINT NOT NULL DEFAULT 0,
  "log_line_id" BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT "usage_mark_pkey" PRIMARY KEY ("dataset_id"),
  CONSTRAINT "usage_mark_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- Nobody is billed for log lines of the time before they were metered.
INSERT INTO usage_mark (dataset_id, metered_at, log_line_id)
SELECT d.id, clock_timestamp(), coalesce((SELECT max(l.id) FROM task_log_line l), 0) FROM dataset d;

-- Keys of `d`: those of dataset_progress; what is absent stays.
CREATE OR REPLACE FUNCTION letsdata_add_progress(p_dataset text, p_tenant text, d jsonb, p_always boolean)
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
    read_requests = read_requests + coalesce((d->>'readRequests')::bigint, 0),
    write_requests = write_requests + coalesce((d->>'writeRequests')::bigint, 0),
    checkpoints = checkpoints + coalesce((d->>'checkpoints')::bigint, 0),
    error_bytes = error_bytes + coalesce((d->>'errorBytes')::bigint, 0),
    metric_points = metric_points + coalesce((d->>'metricPoints')::bigint, 0),
    changed_at = moment,
    notified_at = CASE WHEN notify THEN moment ELSE notified_at END
  WHERE dataset_id = p_dataset;
  IF notify THEN
    PERFORM pg_notify('dataset_changed', p_tenant || ':' || p_dataset);
  END IF;
END $$;

DROP FUNCTION letsdata_add_measurements(text, text, jsonb);
DROP FUNCTION letsdata_add_measurements(text[], text[], jsonb[]);
DROP FUNCTION letsdata_measure_ended(letsdata_attempt_end[]);

-- Calls to source and target travel with the measurements; they are counted and become no points. Answers what is new, for
-- letsdata_add_progress: {"<dataset>": {metricPoints, readRequests, writeRequests}}; null where nothing was measured.
CREATE FUNCTION letsdata_add_measurements(p_datasets text[], p_tasks text[], p_measurements jsonb[])
RETURNS jsonb LANGUAGE sql AS $$
  WITH measured AS MATERIALIZED (
    SELECT m.dataset_id, m.task_id, n.metric, n.minute, n.count, n.sum, n.min, n.max
    FROM unnest(p_datasets, p_tasks, p_measurements) AS m(dataset_id, task_id, points),
      LATERAL jsonb_to_recordset(m.points)
        AS n(metric text, minute float8, count float8, sum float8, min float8, max float8)),
  stored AS (
    INSERT INTO metric_point AS m (dataset_id, task_id, metric, minute, count, sum, min, max)
    SELECT n.dataset_id, scope.task_id, n.metric, to_timestamp(n.minute / 1000.0),
           sum(n.count), sum(n.sum), min(n.min), max(n.max)
    FROM measured n, LATERAL (SELECT '' AS task_id UNION SELECT n.task_id) scope
    WHERE n.metric NOT IN ('read.requests', 'write.requests')
    GROUP BY n.dataset_id, scope.task_id, n.metric, n.minute
    ORDER BY n.dataset_id, scope.task_id, n.metric, n.minute
    ON CONFLICT (dataset_id, task_id, metric, minute) DO UPDATE SET
      count = m.count + excluded.count, sum = m.sum + excluded.sum,
      min = least(m.min, excluded.min), max = greatest(m.max, excluded.max)
    -- A row that was there is locked before it is updated, so it has an xmax.
    RETURNING m.dataset_id, (m.xmax = 0)::int AS is_new),
  used AS (
    SELECT s.dataset_id, s.is_new AS points, 0::float8 AS reads, 0::float8 AS writes FROM stored s
    UNION ALL
    SELECT n.dataset_id, 0, CASE n.metric WHEN 'read.requests' THEN n.sum ELSE 0 END,
      CASE n.metric WHEN 'write.requests' THEN n.sum ELSE 0 END
    FROM measured n WHERE n.metric IN ('read.requests', 'write.requests'))
  SELECT jsonb_object_agg(u.dataset_id, jsonb_build_object(
    'metricPoints', u.points, 'readRequests', u.reads::bigint, 'writeRequests', u.writes::bigint))
  FROM (SELECT dataset_id, sum(points) AS points, sum(reads) AS reads, sum(writes) AS writes FROM used GROUP BY 1) u
$$;

-- Of what no checkpoint and no end carries.
CREATE FUNCTION letsdata_add_measurements(p_dataset text, p_task text, p_measurements jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  used jsonb := letsdata_add_measurements(ARRAY[p_dataset], ARRAY[p_task], ARRAY[p_measurements]);
BEGIN
  PERFORM letsdata_add_progress(p_dataset, d.tenant_id, used->p_dataset, false)
  FROM dataset d WHERE d.id = p_dataset AND used IS NOT NULL;
END $$;

-- Points of tasks that are COMPLETED or ERRORED now; of an attempt that leads to another, none. `attempts_ms` has this one in it already.
-- Answers how many are new: {"<dataset>": points}; null where no task ended.
CREATE FUNCTION letsdata_measure_ended(p_ends letsdata_attempt_end[]) RETURNS jsonb LANGUAGE sql AS $$
  WITH stored AS (
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
    RETURNING m.dataset_id, (m.xmax = 0)::int AS is_new)
  SELECT jsonb_object_agg(s.dataset_id, s.points)
  FROM (SELECT dataset_id, sum(is_new) AS points FROM stored GROUP BY 1) s
$$;

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
    updated_at = e.ended_at
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

-- `p_saves`: [{taskId, workerId, token, update}]. Answers in their order: whether the lease was the asker's, and so all of it was saved.
-- Lock order: tasks by id, metric points in key order, counters by dataset.
CREATE OR REPLACE FUNCTION letsdata_save_checkpoints(p_saves jsonb) RETURNS jsonb LANGUAGE plpgsql
-- Rows are found by their keys, however small the table was when the statement was planned.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  asked record;
  moved record;
  t task%ROWTYPE;
  u jsonb;
  c jsonb;
  this_save text;
  moment timestamptz;
  last_task text := '';
  results boolean[] := array_fill(false, ARRAY[jsonb_array_length(p_saves)]);
  saved letsdata_checkpoint[] := '{}';
  used jsonb;
BEGIN
  FOR asked IN
    SELECT s.value, s.place::int AS place, k AS task
    FROM jsonb_array_elements(p_saves) WITH ORDINALITY AS s(value, place) JOIN task k ON k.id = s.value->>'taskId'
    ORDER BY k.id, s.place FOR UPDATE OF k
  LOOP
    t := asked.task;
    -- A task saves one checkpoint after the other.
    CONTINUE WHEN t.status <> 'RUNNING' OR t.worker_id <> asked.value->>'workerId'
      OR t.lease_token <> (asked.value->>'token')::bigint OR t.id = last_task;
    last_task := t.id;
    results[asked.place] := true;
    u := asked.value->'update';
    c := u->'counts';
    this_save := md5(t.lease_token || u::text);
    CONTINUE WHEN t.last_save = this_save;
    saved := saved || ROW(t.id, t.dataset_id, t.tenant_id, this_save,
      CASE WHEN jsonb_typeof(u->'position') = 'object' THEN u->'position' END, u->'errorFiles', u->'measurements',
      c->>'recordsRead', c->>'documentsWritten', c->>'recordsSkipped', c->>'recordsErrored', c->>'bytesRead', c->>'bytesWritten',
      (c->>'recordsRead')::bigint - t.records_read, (c->>'documentsWritten')::bigint - t.documents_written,
      (c->>'recordsSkipped')::bigint - t.records_skipped, (c->>'recordsErrored')::bigint - t.records_errored,
      (c->>'bytesRead')::bigint - t.bytes_read, (c->>'bytesWritten')::bigint - t.bytes_written)::letsdata_checkpoint;
  END LOOP;
  IF cardinality(saved) = 0 THEN RETURN to_jsonb(results); END IF;

  moment := clock_timestamp();
  UPDATE task SET
    checkpoint = s.position, last_save = s.save,
    records_read = s.records_read, documents_written = s.documents_written,
    records_skipped = s.records_skipped, records_errored = s.records_errored,
    bytes_read = s.bytes_read, bytes_written = s.bytes_written,
    progressed = task.progressed OR s.position IS DISTINCT FROM task.checkpoint OR s.added_read <> 0,
    checkpointed_at = moment, updated_at = moment
  FROM unnest(saved) s WHERE task.id = s.task_id;
  IF EXISTS (SELECT 1 FROM unnest(saved) s WHERE s.error_files <> '[]') THEN
    INSERT INTO error_file AS f (dataset_id, task_id, key, records, bytes)
    SELECT DISTINCT ON (s.task_id, n.key) s.dataset_id, s.task_id, n.key, n.records, n.bytes
    FROM unnest(saved) s, LATERAL jsonb_to_recordset(s.error_files) AS n(key text, records int, bytes bigint)
    ON CONFLICT (task_id, key) DO UPDATE SET records = excluded.records, bytes = excluded.bytes;
  END IF;
  IF EXISTS (SELECT 1 FROM unnest(saved) s WHERE s.measurements <> '[]') THEN
    SELECT letsdata_add_measurements(array_agg(s.dataset_id), array_agg(s.task_id), array_agg(s.measurements)) INTO used
    FROM unnest(saved) s;
  END IF;
  FOR moved IN
    SELECT s.dataset_id, s.tenant_id, jsonb_build_object(
      'recordsRead', sum(s.added_read), 'documentsWritten', sum(s.added_written),
      'recordsSkipped', sum(s.added_skipped), 'recordsErrored', sum(s.added_errored),
      'bytesRead', sum(s.added_bytes_read), 'bytesWritten', sum(s.added_bytes_written),
      'checkpoints', count(*), 'errorBytes', sum(archived.bytes)) || coalesce(used->s.dataset_id, '{}') AS counters
    FROM unnest(saved) s,
      LATERAL (SELECT sum((f->>'bytes')::bigint) AS bytes FROM jsonb_array_elements(s.error_files) f) archived
    GROUP BY 1, 2 ORDER BY 1
  LOOP
    PERFORM letsdata_add_progress(moved.dataset_id, moved.tenant_id, moved.counters, false);
  END LOOP;
  RETURN to_jsonb(results);
END $$;

-- Ids of log lines rise with time, but two inserts may commit the other way round. Who meters must not pass over a line that is yet to
-- be seen: it waits for the inserts under way, which do not wait for each other.
CREATE FUNCTION letsdata_append_log_lines(p_lines jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7270737, of_dataset) FROM (
    SELECT DISTINCT hashtext(line->>'datasetId') AS of_dataset FROM jsonb_array_elements(p_lines) line ORDER BY 1) l;
  INSERT INTO task_log_line (dataset_id, task_id, attempt, time, level, source, message, fields)
  SELECT "datasetId", "taskId", attempt, to_timestamp(time / 1000.0), level, source, message, fields
  FROM jsonb_to_recordset(p_lines) AS line(
    "datasetId" text, "taskId" text, attempt int, time float8, level int, source text, message text, fields jsonb);
END $$;

-- Usage records of what a dataset used since it was last metered, by the marks that move with them: repeatable, and any number may do so at
-- once. Names, units and ids are those of packages/dataset/src/meters.ts; a test compares them. Answers how many records are new.
CREATE FUNCTION letsdata_meter_dataset(p_dataset text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  mark usage_mark%ROWTYPE;
  used dataset_progress%ROWTYPE;
  lines record;
  began timestamptz(3);
  moment timestamptz(3);
  added int;
BEGIN
  INSERT INTO usage_mark (dataset_id, metered_at) SELECT id, created_at FROM dataset WHERE id = p_dataset
  ON CONFLICT DO NOTHING;
  SELECT * INTO mark FROM usage_mark WHERE dataset_id = p_dataset FOR UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  PERFORM pg_advisory_xact_lock(7270737, hashtext(p_dataset));
  SELECT * INTO STRICT used FROM dataset_progress WHERE dataset_id = p_dataset;
  SELECT coalesce(sum(octet_length(message) + coalesce(octet_length(fields::text), 0)), 0) AS bytes,
    coalesce(max(id), mark.log_line_id) AS last_id
  INTO lines FROM task_log_line WHERE dataset_id = p_dataset AND id > mark.log_line_id;

  -- From the last time on, or from the start of the run where it stood still between. No two begin at once: the begin is in the id.
  SELECT greatest(mark.metered_at, max(r.started_at)) INTO began FROM dataset_run r WHERE r.dataset_id = p_dataset;
  moment := greatest(clock_timestamp(), began + interval '1 millisecond');
  INSERT INTO usage_record (usage_id, tenant_id, dataset_id, task_id, resource_type, resource, event_start_time,
    event_end_time, metering_dimension, metering_unit, metering_value)
  SELECT concat_ws(':', d.id, '', new.meter, new.resource, letsdata_ms(began)::bigint), d.tenant_id, d.id, NULL,
    new.resource_type, new.resource, began, moment, new.dimension, new.unit, new.value
  FROM dataset d, LATERAL (VALUES
    ('readRequests', 'READ_CONNECTOR', d.config->'readConnector'->>'connectorDestination', 'ReadRequests', 'million',
      (used.read_requests - mark.read_requests) / 1e6::float8),
    ('writeRequests', 'WRITE_CONNECTOR', d.config->'writeConnector'->>'connectorDestination', 'WriteRequests', 'million',
      (used.write_requests - mark.write_requests) / 1e6::float8),
    ('errorBytes', 'ERROR_CONNECTOR', d.config->'errorConnector'->>'connectorDestination', 'BytesWritten', 'GB',
      (used.error_bytes - mark.error_bytes) / 1e9::float8),
    ('checkpoints', 'INTERNAL', 'LetsData', 'Checkpoints', 'million', (used.checkpoints - mark.checkpoints) / 1e6::float8),
    ('logBytes', 'INTERNAL', 'LetsData', 'LogBytes', 'GB', lines.bytes / 1e9::float8),
    ('metricPoints', 'INTERNAL', 'LetsData', 'MetricPoints', 'million',
      (used.metric_points - mark.metric_points) / 1e6::float8)
  ) AS new(meter, resource_type, resource, dimension, unit, value)
  WHERE d.id = p_dataset AND new.resource IS NOT NULL AND new.value > 0;
  GET DIAGNOSTICS added = ROW_COUNT;
  UPDATE usage_mark SET metered_at = moment, read_requests = used.read_requests, write_requests = used.write_requests,
    checkpoints = used.checkpoints, error_bytes = used.error_bytes, metric_points = used.metric_points, log_line_id = lines.last_id
  WHERE dataset_id = p_dataset;
  RETURN added;
END $$;
