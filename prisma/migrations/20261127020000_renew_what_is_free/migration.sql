-- A task whose row another transaction holds, its own checkpoint that waits for the dataset's counters for example, keeps no other lease from
-- being renewed: its own is asked for again. With `p_waits` true each row is waited for, so that every lease is either renewed or lost.
DROP FUNCTION letsdata_renew_leases(text, text[], bigint[], float8);
CREATE FUNCTION letsdata_renew_leases(p_worker text, p_tasks text[], p_tokens bigint[], p_lease_seconds float8, p_waits boolean)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  renewed text[];
  busy text[];
BEGIN
  IF p_waits THEN
    PERFORM 1 FROM task t WHERE t.id = ANY (p_tasks) ORDER BY t.id FOR UPDATE;
  END IF;
  WITH held AS (
    SELECT t.id FROM unnest(p_tasks, p_tokens) AS h(id, token) JOIN task t ON t.id = h.id
    WHERE t.worker_id = p_worker AND t.lease_token = h.token AND t.status = 'RUNNING'
    ORDER BY t.id FOR UPDATE OF t SKIP LOCKED),
  kept AS (
    UPDATE task t SET lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds)
    FROM held WHERE t.id = held.id RETURNING t.id)
  SELECT coalesce(array_agg(id), '{}') INTO renewed FROM kept;
  SELECT coalesce(array_agg(t.id), '{}') INTO busy
  FROM unnest(p_tasks, p_tokens) AS h(id, token) JOIN task t ON t.id = h.id
  WHERE t.worker_id = p_worker AND t.lease_token = h.token AND t.status = 'RUNNING' AND t.id <> ALL (renewed);
  RETURN jsonb_build_object(
    'lost', (SELECT coalesce(jsonb_agg(id), '[]') FROM unnest(p_tasks) AS h(id) WHERE id <> ALL (renewed || busy)),
    'busy', to_jsonb(busy),
    'stop', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('taskId', t.id, 'datasetStatus', d.status)), '[]')
      FROM task t JOIN dataset d ON d.id = t.dataset_id
      WHERE t.id = ANY (renewed || busy) AND d.status NOT IN ('PROCESSING', 'REDRIVING')));
END $$;
