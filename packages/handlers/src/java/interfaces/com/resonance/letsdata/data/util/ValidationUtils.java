package com.resonance.letsdata.data.util;

import java.util.Arrays;

public class ValidationUtils {
    public static void validateAssertCondition(boolean isTrue, String errorMessage, Object... params) {
        if (isTrue) return;
        String shown = params == null || params.length == 0 ? "" : " - params: " + Arrays.toString(params);
        throw new RuntimeException("validateAssertCondition failed - " + errorMessage + shown);
    }
}
