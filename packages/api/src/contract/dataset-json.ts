import { z } from "zod";

/** A dataset JSON as people write it; parsed by the dataset package so that all problems come back together. */
export const datasetJson = z.unknown();
