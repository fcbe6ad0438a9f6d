package com.letsdata.host;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.interfaces.sagemaker.SagemakerVectorsInterface;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The customer's vectors object of one attempt, with the documents the read handler left for it. */
final class Vectors {
    private static final int REFERENCE_PLACE = 7;
    private static final String METHOD = "extractDocumentElementsForVectorization";

    private final SagemakerVectorsInterface handler;
    private final Consumer<Integer> inHand;
    private final Map<Long, DocumentInterface> documents = new HashMap<>();
    private long lastDocument;

    /** `inHand` is told which document of a batch customer code works on. */
    Vectors(Object handler, Consumer<Integer> inHand) {
        this.handler = (SagemakerVectorsInterface) handler;
        this.inHand = inHand;
    }

    /** The row of a document also tells its number here. */
    void keep(List<Object> row, DocumentInterface document) {
        if (!row.get(0).equals("d")) return;
        documents.put(++lastDocument, document);
        while (row.size() < REFERENCE_PLACE) row.add(null);
        row.add(lastDocument);
    }

    /** [t, texts by name] | [i, message], in order. A document without usable texts is not asked for again. */
    List<Object> extract(List<Long> references) throws RecordFailed {
        List<Object> rows = new ArrayList<>(references.size());
        for (Long reference : references) {
            Map<String, String> texts;
            inHand.accept(rows.size());
            try {
                texts = handler.extractDocumentElementsForVectorization(documents.get(reference));
            } catch (OutOfMemoryError full) {
                throw full;
            } catch (Throwable thrown) {
                throw new RecordFailed(thrown, rows.size());
            }
            List<Object> row = textsRow(texts);
            if (row.get(0).equals("i")) documents.remove(reference);
            rows.add(row);
        }
        inHand.accept(null);
        return rows;
    }

    RowsWithBodies construct(List<Long> references, List<Map<String, List<Number>>> vectors) throws RecordFailed {
        RowsWithBodies rows = new RowsWithBodies(references.size());
        for (int i = 0; i < references.size(); i++) {
            DocumentInterface returned;
            inHand.accept(i);
            try {
                returned = handler.constructVectorDoc(documents.remove(references.get(i)), doubles(vectors.get(i)));
            } catch (OutOfMemoryError full) {
                throw full;
            } catch (Throwable thrown) {
                throw new RecordFailed(thrown, i);
            }
            rows.add(Results.row(returned, ParseDocumentResultStatus.SUCCESS));
        }
        inHand.accept(null);
        return rows;
    }

    private static List<Object> textsRow(Map<String, String> texts) {
        if (texts == null) return Results.invalid(METHOD + " returned null instead of a map of texts by name.");
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            if (entry.getValue() != null) continue;
            return Results.invalid(METHOD + " returned null for " + entry.getKey() + "; only texts become vectors.");
        }
        return Arrays.asList("t", texts);
    }

    private static Map<String, Double[]> doubles(Map<String, List<Number>> vectors) {
        Map<String, Double[]> doubles = new LinkedHashMap<>();
        for (Map.Entry<String, List<Number>> vector : vectors.entrySet()) {
            doubles.put(vector.getKey(), vector.getValue().stream().map(Number::doubleValue).toArray(Double[]::new));
        }
        return doubles;
    }
}
