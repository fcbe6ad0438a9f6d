package com.resonance.letsdata.data.util;

import java.util.Objects;

public class StringFunctions {
    public static void validateStringIsNotBlank(String input, String keyName) {
        if (input == null || input.trim().isEmpty()) throw new RuntimeException("input string is blank - keyName: " + keyName);
    }

    public static void validateStringsAreEqual(String lhs, String rhs, String keyName) {
        require(Objects.equals(lhs, rhs), keyName);
    }

    /** Characters beyond ASCII do not count. */
    public static void validateStringsAreASCIIEqual(String lhs, String rhs, String keyName) {
        require(Objects.equals(ascii(lhs), ascii(rhs)), keyName);
    }

    public static void validateStringsAreEqualIgnoreCase(String lhs, String rhs, String keyName) {
        require(equalsIgnoreCase(lhs, rhs), keyName);
    }

    public static boolean equalsIgnoreCase(String lhs, String rhs) {
        return lhs == null ? rhs == null : lhs.equalsIgnoreCase(rhs);
    }

    public static boolean isRecordEmpty(StringBuilder text) {
        return consumeWhitespace(text, 0) >= text.length();
    }

    /** The first index from startIndex that is no blank, tab or line break, or the length. */
    public static int consumeWhitespace(StringBuilder text, int startIndex) {
        int at = startIndex;
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
        return at;
    }

    private static void require(boolean areEqual, String keyName) {
        if (!areEqual) throw new RuntimeException("validateStringsAreEqual is false - keyName: " + keyName);
    }

    private static String ascii(String text) {
        return text == null ? null : text.replaceAll("[^\\x00-\\x7f]", "");
    }
}
