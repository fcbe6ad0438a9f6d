/** The same action from a terminal; `origin` is the console's address. */
export interface ActionLines {
  readonly cli: string;
  readonly curl: string;
}

function curlLine(origin: string, method: string, path: string, body?: unknown): string {
  const data =
    body === undefined ? "" : ` \\\n  -H 'content-type: application/json' -d ${shellWord(JSON.stringify(body))}`;
  return `curl -X ${method} '${origin}/api/v1${path}' \\\n  -H "authorization: Bearer $LETSDATA_API_KEY"${data}`;
}

/** As a POSIX shell takes it for one word: keys of S3 may have blanks and quotes in them. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function redriveLines(origin: string, dataset: string, policy: string): ActionLines {
  return {
    cli: `letsdata tasks redrive --datasetName ${dataset} --selection ALL_ERRORED --policy ${policy}`,
    curl: curlLine(origin, "POST", `/datasets/${dataset}/redrives`, { selection: "ALL_ERRORED", policy }),
  };
}

export function updateCodeLines(
  origin: string,
  dataset: string,
  changed: Readonly<Record<string, string>>,
): ActionLines {
  const options = Object.entries(changed).map(([name, value]) => ` --${name} ${shellWord(value)}`);
  return {
    cli: `letsdata datasets updateCode --datasetName ${dataset}${options.join("")}`,
    curl: curlLine(origin, "PATCH", `/datasets/${dataset}/code`, changed),
  };
}

/** `computeEngine` as JSON text, perhaps while it is being written. */
export function updateComputeLines(origin: string, dataset: string, computeEngine: string): ActionLines {
  const oneLine = computeEngine.replaceAll(/\s*\n\s*/g, " ");
  return {
    cli: `letsdata datasets updateCompute --datasetName ${dataset} --computeEngine '${oneLine}'`,
    curl: `curl -X PATCH '${origin}/api/v1/datasets/${dataset}/compute' \\\n  -H "authorization: Bearer $LETSDATA_API_KEY" \\\n  -H 'content-type: application/json' -d '{"computeEngine":${oneLine}}'`,
  };
}

export function stopLines(origin: string, dataset: string, moveStoppedTasksTo: string): ActionLines {
  return {
    cli: `letsdata tasks stop --datasetName ${dataset} --moveStoppedTasksTo ${moveStoppedTasksTo}`,
    curl: curlLine(origin, "POST", `/datasets/${dataset}/stops`, { moveStoppedTasksTo }),
  };
}

export function deleteLines(origin: string, dataset: string, type: "DESCALE" | "FREEZE" | "DELETE"): ActionLines {
  const verb = type === "DELETE" ? `delete --deleteType DELETE` : type.toLowerCase();
  return {
    cli: `letsdata datasets ${verb} --datasetName ${dataset}`,
    curl: curlLine(origin, "DELETE", `/datasets/${dataset}?type=${type}`),
  };
}
