package org.apache.spark.sql;

public class Dataset<T> {
    public DataFrameWriter<T> write() {
        return null;
    }
}
