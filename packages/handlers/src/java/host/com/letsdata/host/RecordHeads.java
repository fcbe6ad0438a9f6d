package com.letsdata.host;

import java.util.List;

/** What precedes the bytes of each record in a method's parameters, by parameter: a single value is that of all records. */
final class RecordHeads {
    private final List<List<Object>> columns;
    private int record;

    RecordHeads(List<List<Object>> columns) {
        this.columns = columns;
    }

    RecordHeads of(int place) {
        record = place;
        return this;
    }

    Object get(int parameter) {
        List<Object> values = columns.get(parameter);
        return values.get(values.size() == 1 ? 0 : record);
    }
}
