// For handlers that bring a Lambda function of their own; LetsData's own answers requests without them.
import { exceptionBody } from "../letsdata_handler/bodies.js";
import { stageFromString } from "./stage.js";

/** What a function answers where it fails. */
export function return500ResponseFromException(err, _response) {
  return { StatusCode: 500, headers: { "Content-Type": "application/json" }, body: exceptionBody(err) };
}

/** Of LETS_DATA_STAGE; throws where that is no stage. */
export function getLambdaStageFromEnvironment() {
  return stageFromString(process.env.LETS_DATA_STAGE);
}

/** JSON needs no other form of a JavaScript value. */
export function getJsonObject(input) {
  return input;
}
