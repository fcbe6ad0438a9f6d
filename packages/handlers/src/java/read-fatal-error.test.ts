import { expect, test } from "vitest";
import { readFatalError } from "./read-fatal-error.ts";

const log = (...frames: readonly string[]) => `#
# A fatal error has been detected by the Java Runtime Environment:
#
#  SIGSEGV (0xb) at pc=0x00007f27dc8d2f94, pid=24073, tid=24075
#
# Problematic frame:
# C  [libacme.so+0x1139]  Java_com_acme_Native_parse+0x20

Native frames: (J=compiled Java code)
V  [libjvm.so+0xed2f94]

Java frames: (J=compiled Java code, j=interpreted, Vv=VM code)
${frames.join("\n")}

siginfo: si_signo: 11 (SIGSEGV)
j  com.acme.NoFrame.at(I)V+1
`;

test("an error log is told as the customer's methods, down to the host's, with what the machine died of", () => {
  const found = readFatalError(
    log(
      "j  sun.misc.Unsafe.putAddress(JJ)V+5 jdk.unsupported@17.0.15",
      "v  ~StubRoutines::call_stub",
      "J 431 c2 com.acme.Native$Inner.parse([BI)I (40 bytes) @ 0x00007f27c4945 [0x0+0x1]",
      "j  com.acme.Orders.<init>()V+12",
      "j  com.letsdata.host.Host.handle()V+3",
      "j  com.letsdata.host.Main.main()V+3",
    ),
  );
  expect(found).toEqual({
    place: "com.acme.Native$Inner.parse",
    stack: `SIGSEGV (0xb) at pc=0x00007f27dc8d2f94, pid=24073, tid=24075
C  [libacme.so+0x1139]  Java_com_acme_Native_parse+0x20
Stack of the handler:
\tat sun.misc.Unsafe.putAddress
\tat com.acme.Native$Inner.parse
\tat com.acme.Orders.<init>
`,
  });
});

test("a log without the customer's methods tells nothing", () => {
  expect(readFatalError(log("j  java.lang.Thread.run()V+1", "j  com.letsdata.host.Host.handle()V+3"))).toBeNull();
  expect(readFatalError("")).toBeNull();
});
