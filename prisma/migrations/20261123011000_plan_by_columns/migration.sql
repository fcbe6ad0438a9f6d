-- The id alone makes a task the same task: a second unique index only cost every insert another look.
DROP INDEX "task_dataset_id_ordinal_id_key";
CREATE INDEX "task_dataset_id_ordinal_id_idx" ON "task"("dataset_id", "ordinal", "id");

-- Columns instead of one JSON text, and in the order of the plan: indexes by ordinal grow at one place. Two inserts of one
-- plan at one moment meet in that same order, so neither waits for the other in a circle.
DROP FUNCTION letsdata_insert_tasks(text, jsonb);
CREATE FUNCTION letsdata_insert_tasks(
  p_dataset text, p_compute jsonb, p_ids text[], p_ordinals int[], p_positions text[], p_types text[], p_readers text[]
) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  tenant text;
  inserted int;
BEGIN
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
