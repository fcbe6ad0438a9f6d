import { z } from "zod";

/** One finding about one place of the input. */
export const problemDetailDto = z.object({
  path: z.string().describe("JSON path such as readConnector.bucketName; empty for the whole"),
  code: z.string(),
  message: z.string(),
  fix: z.string().optional(),
});

/** RFC 9457 body of every answer with a status of 400 or more. */
export const problemDto = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z.array(problemDetailDto),
});

export type ProblemDetailDto = z.infer<typeof problemDetailDto>;
export type ProblemDto = z.infer<typeof problemDto>;
