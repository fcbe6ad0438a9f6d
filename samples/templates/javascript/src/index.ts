import { lambdaHandler } from "@letsdata/handler";
import { SingleFileParser } from "./letsdata_interfaces/readers/parsers/SingleFileParser.js";

/** The function of a Lambda image; not needed where the build is uploaded as an archive. */
export const handler = lambdaHandler({ SingleFileParser });
