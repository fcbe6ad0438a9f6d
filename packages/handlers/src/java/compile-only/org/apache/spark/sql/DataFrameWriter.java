package org.apache.spark.sql;

import java.util.Map;

public class DataFrameWriter<T> {
    public DataFrameWriter<T> mode(String saveMode) {
        return this;
    }

    public DataFrameWriter<T> format(String source) {
        return this;
    }

    public DataFrameWriter<T> options(Map<String, String> options) {
        return this;
    }

    public void save(String path) {}
}
