-- The last line of a dataset's log behind which no insert under way can put one: appends draw their ids under the shared lock
-- (letsdata_append_log_lines), so all ids up to this one are stored or never will be, and later ones are higher. 0: there is none. The lock is
-- given back with the subtransaction, however that ends, and is not held for what the caller does next. READ COMMITTED only.
CREATE FUNCTION letsdata_last_log_line(p_dataset text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  last_line bigint;
BEGIN
  BEGIN
    PERFORM pg_advisory_xact_lock(7270737, hashtext(p_dataset));
    SELECT max(id) INTO last_line FROM task_log_line WHERE dataset_id = p_dataset;
    -- Variables keep their values behind it.
    RAISE EXCEPTION USING ERRCODE = 'LDLOG', MESSAGE = 'gives the lock back';
  EXCEPTION WHEN SQLSTATE 'LDLOG' THEN
    RETURN coalesce(last_line, 0);
  END;
END $$;

-- As before, but log lines are summed without the lock that appends wait for.
--
-- Usage records of what a dataset used since it was last metered, by the marks that move with them: repeatable, and any number may do so at
-- once. Names, units and ids are those of packages/dataset/src/meters.ts; a test compares them. Answers how many records are new.
CREATE OR REPLACE FUNCTION letsdata_meter_dataset(p_dataset text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  mark usage_mark%ROWTYPE;
  used dataset_progress%ROWTYPE;
  last_line bigint;
  line_bytes bigint;
  began timestamptz(3);
  moment timestamptz(3);
  added int;
BEGIN
  INSERT INTO usage_mark (dataset_id, metered_at) SELECT id, created_at FROM dataset WHERE id = p_dataset
  ON CONFLICT DO NOTHING;
  SELECT * INTO mark FROM usage_mark WHERE dataset_id = p_dataset FOR UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT * INTO STRICT used FROM dataset_progress WHERE dataset_id = p_dataset;
  last_line := greatest(mark.log_line_id, letsdata_last_log_line(p_dataset));
  SELECT coalesce(sum(octet_length(message) + coalesce(octet_length(fields::text), 0)), 0) INTO line_bytes
  FROM task_log_line WHERE dataset_id = p_dataset AND id > mark.log_line_id AND id <= last_line;

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
    ('logBytes', 'INTERNAL', 'LetsData', 'LogBytes', 'GB', line_bytes / 1e9::float8),
    ('metricPoints', 'INTERNAL', 'LetsData', 'MetricPoints', 'million',
      (used.metric_points - mark.metric_points) / 1e6::float8)
  ) AS new(meter, resource_type, resource, dimension, unit, value)
  WHERE d.id = p_dataset AND new.resource IS NOT NULL AND new.value > 0;
  GET DIAGNOSTICS added = ROW_COUNT;
  UPDATE usage_mark SET metered_at = moment, read_requests = used.read_requests, write_requests = used.write_requests,
    checkpoints = used.checkpoints, error_bytes = used.error_bytes, metric_points = used.metric_points, log_line_id = last_line
  WHERE dataset_id = p_dataset;
  RETURN added;
END $$;
