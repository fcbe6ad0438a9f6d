-- Makes the plan the dataset's, without tasks of another one. Removes at most `p_limit` of those and returns how many: none are left at 0.
-- Null where the dataset is not to be planned any more. From the first call on nothing of another plan is inserted. A plan some of whose
-- tasks ended unrun, because its dataset was stopped before it was whole, begins anew: they would never run.
CREATE OR REPLACE FUNCTION letsdata_begin_plan(p_dataset text, p_plan text, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  moved jsonb;
  removed int;
  tenant text;
BEGIN
  IF NOT letsdata_hold_planning(p_dataset, NULL) THEN RETURN NULL; END IF;
  IF EXISTS (SELECT 1 FROM dataset_progress WHERE dataset_id = p_dataset AND plan = p_plan AND tasks_queued = total_tasks) THEN
    RETURN 0;
  END IF;
  UPDATE dataset_progress SET plan = NULL WHERE dataset_id = p_dataset;
  WITH gone AS (
    DELETE FROM task WHERE id IN (SELECT id FROM task WHERE dataset_id = p_dataset ORDER BY ordinal, id LIMIT p_limit)
    RETURNING status),
  counted AS (SELECT status, count(*) AS tasks FROM gone GROUP BY 1)
  SELECT jsonb_object_agg(status, -tasks), coalesce(sum(tasks), 0) INTO moved, removed FROM counted;
  IF removed = 0 THEN
    UPDATE dataset_progress SET plan = p_plan WHERE dataset_id = p_dataset;
    RETURN 0;
  END IF;
  SELECT tenant_id INTO tenant FROM dataset WHERE id = p_dataset;
  PERFORM letsdata_add_progress(p_dataset, tenant, moved || jsonb_build_object('total', -removed), false);
  RETURN removed;
END $$;

-- True while the dataset runs: it takes more tasks. Holds the counters, so that it is not stopped or settled before they are there.
CREATE FUNCTION letsdata_hold_processing(p_dataset text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  held boolean;
BEGIN
  PERFORM 1 FROM dataset_progress WHERE dataset_id = p_dataset FOR UPDATE;
  SELECT status = 'PROCESSING' INTO held FROM dataset WHERE id = p_dataset;
  RETURN coalesce(held, false);
END $$;

-- `p_plan`: of the initialisation that inserts, null where a dataset that runs gets more tasks. Returns null, and inserts nothing, where the
-- dataset is planned or has another plan by now, or does not run any more.
CREATE OR REPLACE FUNCTION letsdata_insert_tasks(
  p_dataset text, p_compute jsonb, p_ids text[], p_ordinals int[], p_positions text[], p_types text[], p_readers text[],
  p_plan text DEFAULT NULL
) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  tenant text;
  inserted int;
BEGIN
  IF p_plan IS NULL AND NOT letsdata_hold_processing(p_dataset)
    OR p_plan IS NOT NULL AND NOT letsdata_hold_planning(p_dataset, p_plan) THEN RETURN NULL; END IF;
  SELECT tenant_id INTO tenant FROM dataset WHERE id = p_dataset;
  INSERT INTO task (id, dataset_id, tenant_id, ordinal, position, task_type, reader_definition, compute_definition)
  SELECT n.id, p_dataset, tenant, n.ordinal, n.position, n.type, n.reader::jsonb, p_compute
  FROM unnest(p_ids, p_ordinals, p_positions, p_types, p_readers) AS n(id, ordinal, position, type, reader)
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS inserted = ROW_COUNT;
  IF inserted > 0 THEN
    PERFORM letsdata_add_progress(p_dataset, tenant, jsonb_build_object('total', inserted, 'QUEUED', inserted), false);
  END IF;
  RETURN inserted;
END $$;
