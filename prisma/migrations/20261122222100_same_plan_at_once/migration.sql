-- Two inserts of one plan at one moment may collide on either unique index; both mean the same task.
CREATE OR REPLACE FUNCTION letsdata_insert_tasks(p_dataset text, p_plans jsonb) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  tenant text;
  inserted int;
BEGIN
  SELECT tenant_id INTO tenant FROM dataset WHERE id = p_dataset;
  INSERT INTO task (id, dataset_id, tenant_id, ordinal, position, task_type, reader_definition, compute_definition)
  SELECT n."taskId", p_dataset, tenant, n.ordinal, n.position, n."taskType", n."readerDefinition", n."computeDefinition"
  FROM jsonb_to_recordset(p_plans) AS n("taskId" text, ordinal int, position text, "taskType" text,
       "readerDefinition" jsonb, "computeDefinition" jsonb)
  ORDER BY n."taskId"
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS inserted = ROW_COUNT;
  IF inserted > 0 THEN
    PERFORM letsdata_add_progress(p_dataset, tenant, jsonb_build_object('total', inserted, 'QUEUED', inserted), false);
  END IF;
  RETURN inserted;
END $$;
