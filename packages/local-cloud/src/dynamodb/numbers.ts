import { AwsError } from "../server/aws-error.ts";

const SIGNIFICANT_DIGITS_MAX = 38;
/** Largest number is 9.9…E+125, smallest 1E-130. */
const EXPONENT_MAX = 126;
const EXPONENT_MIN = -129;
const EXPONENT_OFFSET = 1000;

/** 0.digits × 10^exponent; zero has no digits. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** Throws ValidationException for what DynamoDB does not take as a number. */
export function parseNumber(text: string): Decimal {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (!match || whole + fraction === "") {
    throw invalid(`The parameter cannot be converted to a numeric value${text === "" ? "" : `: ${text}`}`);
  }
  const all = whole + fraction;
  const leading = all.length - all.replace(/^0+/, "").length;
  const digits = all.slice(leading).replace(/0+$/, "");
  if (digits === "") return { negative: false, digits: "", exponent: 0 };
  const exponent = whole.length - leading + Number(match[4] ?? 0);
  if (exponent > EXPONENT_MAX) {
    throw invalid("Number overflow. Attempting to store a number with magnitude larger than supported range");
  }
  if (exponent < EXPONENT_MIN) {
    throw invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range");
  }
  if (digits.length > SIGNIFICANT_DIGITS_MAX) {
    throw invalid("Attempting to store more than 38 significant digits in a Number");
  }
  return { negative: match[1] === "-", digits, exponent };
}

/** Plain digits without needless zeros: how DynamoDB gives a number back. */
export function formatNumber({ negative, digits, exponent }: Decimal): string {
  if (digits === "") return "0";
  const sign = negative ? "-" : "";
  if (exponent <= 0) return `${sign}0.${"0".repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return `${sign}${digits.padEnd(exponent, "0")}`;
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** Bytes that sort as the numbers do. */
export function sortableNumber(text: string): Buffer {
  const { negative, digits, exponent } = parseNumber(text);
  if (digits === "") return Buffer.from([1]);
  const bytes = Buffer.allocUnsafe(4 + digits.length);
  bytes[0] = 2;
  bytes.writeUInt16BE(exponent + EXPONENT_OFFSET, 1);
  bytes.write(digits, 3, "latin1");
  bytes[bytes.length - 1] = 0;
  if (!negative) return bytes;
  for (let index = 1; index < bytes.length; index++) bytes[index] = 255 - (bytes[index] ?? 0);
  bytes[0] = 0;
  return bytes;
}

export function addNumbers(left: string, right: string, sign: 1n | -1n): string {
  const a = scaled(parseNumber(left));
  const b = scaled(parseNumber(right));
  const scale = Math.max(a.scale, b.scale);
  const sum = a.mantissa * 10n ** BigInt(scale - a.scale) + sign * b.mantissa * 10n ** BigInt(scale - b.scale);
  return formatNumber(parseNumber(`${sum}e${-scale}`));
}

/** value = mantissa / 10^scale */
function scaled({ negative, digits, exponent }: Decimal): { mantissa: bigint; scale: number } {
  const mantissa = BigInt(digits || "0");
  return { mantissa: negative ? -mantissa : mantissa, scale: digits.length - exponent };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, 400);
}
