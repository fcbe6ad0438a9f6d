/** The same action from a terminal; `origin` is the console's address. */
export interface ActionLines {
  readonly cli: string;
  readonly curl: string;
}

function curlLine(origin: string, method: string, path: string, body?: unknown): string {
  const data = body === undefined ? "" : ` \\\n  -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  return `curl -X ${method} '${origin}/api/v1${path}' \\\n  -H "authorization: Bearer $LETSDATA_API_KEY"${data}`;
}

export function redriveLines(origin: string, dataset: string, policy: string): ActionLines {
  return {
    cli: `letsdata tasks redrive --datasetName ${dataset} --selection ALL_ERRORED --policy ${policy}`,
    curl: curlLine(origin, "POST", `/datasets/${dataset}/redrives`, { selection: "ALL_ERRORED", policy }),
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
