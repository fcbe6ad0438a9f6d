package com.acme.clicks;

import com.resonance.letsdata.data.documents.interfaces.ErrorDocInterface;
import com.resonance.letsdata.data.testing.HandlerRun;

/** Runs with nothing but a JDK; move it to your test framework when you have one. */
public class ClickParserTest {
    public static void main(String[] args) {
        HandlerRun run = HandlerRun.over(new ClickParser(), "1\t/\ntest-2\t/\n3\n4\t/a");
        same("{\"documentId\":\"1\",\"page\":\"/\"}", run.documents().get(0).serialize());
        same("/a", run.documents().get(1).getPartitionKey());
        same(2, run.documents().size());
        same("a click needs id and page", ((ErrorDocInterface) run.errors().get(0)).getErrorMessage());
        same(1, run.skips().size());
        System.out.println("ok");
    }

    private static void same(Object expected, Object found) {
        if (!expected.equals(found)) throw new AssertionError("expected " + expected + ", found " + found);
    }
}
