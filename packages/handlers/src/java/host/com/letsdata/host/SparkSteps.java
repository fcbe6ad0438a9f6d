package com.letsdata.host;

import com.resonance.letsdata.data.readers.interfaces.spark.SparkMapperInterface;
import com.resonance.letsdata.data.readers.interfaces.spark.SparkReducerInterface;
import java.util.List;
import java.util.Map;

/** How a Spark step is called. */
final class SparkSteps {
    private SparkSteps() {}

    /** `arguments`: the method's, in the order of its parameters. */
    static void run(Object handler, String interfaceName, List<?> arguments) {
        if (interfaceName.equals("SparkMapperInterface")) {
            ((SparkMapperInterface) handler)
                    .mapper(
                            text(arguments, 0), text(arguments, 1), text(arguments, 2), text(arguments, 3), options(arguments, 4),
                            text(arguments, 5), text(arguments, 6), text(arguments, 7), text(arguments, 8), options(arguments, 9),
                            text(arguments, 10));
        } else {
            ((SparkReducerInterface) handler)
                    .reducer(
                            text(arguments, 0), text(arguments, 1), texts(arguments, 2), text(arguments, 3), options(arguments, 4),
                            text(arguments, 5), text(arguments, 6), text(arguments, 7), text(arguments, 8), options(arguments, 9),
                            text(arguments, 10));
        }
    }

    private static String text(List<?> arguments, int index) {
        return (String) arguments.get(index);
    }

    @SuppressWarnings("unchecked")
    private static List<String> texts(List<?> arguments, int index) {
        return (List<String>) arguments.get(index);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> options(List<?> arguments, int index) {
        return (Map<String, String>) arguments.get(index);
    }
}
