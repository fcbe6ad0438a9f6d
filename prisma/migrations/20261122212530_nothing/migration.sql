-- CreateIndex
CREATE INDEX "task_claimable" ON "task"("dataset_id", "available_at", "ordinal") WHERE (status IN ('CREATED', 'QUEUED', 'RERUN'));

-- CreateIndex
CREATE INDEX "task_running" ON "task"("worker_id") WHERE (status = 'RUNNING');

-- CreateIndex
CREATE INDEX "task_by_error" ON "task"("dataset_id", "last_error_code", "ordinal", "id") WHERE (last_error_code IS NOT NULL);
