-- A task that was redriven from its beginning keeps in mind that what it wrote before is to be removed: the rows are reset at once, and the
-- attempt that begins over removes it under its lease.
ALTER TABLE "task" ADD COLUMN "output_to_remove" BOOLEAN NOT NULL DEFAULT false;
