package org.apache.spark.sql;

import java.util.Map;

public class DataFrameReader {
    public DataFrameReader format(String source) {
        return this;
    }

    public DataFrameReader options(Map<String, String> options) {
        return this;
    }

    public Dataset<Row> load(String path) {
        return null;
    }
}
