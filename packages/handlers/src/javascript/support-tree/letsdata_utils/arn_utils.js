/** The parts of `arn:aws:lambda:us-east-1:123456789012:function:clicks`, by name; resource_type is null where the resource has none. */
export function parse_arn(text) {
  const [arn, partition, service, region, account, ...rest] = text.split(":");
  if (rest.length === 0) {
    throw new Error(`${text} is no ARN, such as arn:aws:lambda:us-east-1:123456789012:function:clicks`);
  }
  const whole = rest.join(":");
  const end = whole.indexOf(whole.includes("/") ? "/" : ":");
  const resource_type = end < 0 ? null : whole.slice(0, end);
  return { arn, partition, service, region, account, resource: whole.slice(end + 1), resource_type };
}
