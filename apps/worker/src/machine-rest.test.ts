import { expect, test } from "vitest";
import { MachineRest } from "./machine-rest.ts";

function rest() {
  let now = 0;
  const of = new MachineRest(() => now);
  const advance = (seconds: number) => {
    now += seconds * 1_000;
  };
  return { of, advance };
}

test("a machine that fails again and again rests longer each time, up to a minute, and its tasks wait longer", () => {
  const { of, advance } = rest();
  expect(of.isResting).toBe(false);
  const delays = Array.from({ length: 8 }, () => {
    const delay = of.failed();
    advance(delay / 5 - 0.1);
    expect(of.isResting).toBe(true);
    advance(0.1);
    expect(of.isResting).toBe(false);
    return delay;
  });
  expect(delays).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
});

test("attempts that fail at one moment count once, and one that starts ends the row", () => {
  const { of, advance } = rest();
  expect([of.failed(), of.failed(), of.failed()]).toEqual([5, 5, 5]);
  advance(1);
  expect(of.failed()).toBe(10);
  advance(2);
  of.worked();
  expect(of.failed()).toBe(5);
});
