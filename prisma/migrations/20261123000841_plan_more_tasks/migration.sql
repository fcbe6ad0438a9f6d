-- AlterTable
ALTER TABLE "dataset_progress" ADD COLUMN     "planned_at_completed" INTEGER,
ADD COLUMN     "planning_until" TIMESTAMPTZ(3);
