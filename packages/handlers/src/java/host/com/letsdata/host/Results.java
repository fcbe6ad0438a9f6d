package com.letsdata.host;

import com.resonance.letsdata.data.documents.interfaces.CompositeDocInterface;
import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.documents.interfaces.ErrorDocInterface;
import com.resonance.letsdata.data.documents.interfaces.SingleDocInterface;
import com.resonance.letsdata.data.documents.interfaces.SkipDocInterface;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a handler returned, as rows of the pipe (product specification, results and documents). */
final class Results {
    private static final int MESSAGE_LENGTH_MAX = 8000;

    private Results() {}

    /** [d, documentId, recordType, partitionKey, body, errors of parts, metadata] | [s, reason, errors of parts?] | [e, error] | [i, message] */
    static List<Object> row(DocumentInterface returned, ParseDocumentResultStatus status) {
        try {
            return unguarded(returned, status);
        } catch (Exception | StackOverflowError thrown) {
            return invalid("The document cannot be serialised: " + Thrown.textOf(thrown));
        }
    }

    static List<Object> invalid(String message) {
        return Arrays.asList("i", cut(message));
    }

    private static List<Object> unguarded(DocumentInterface returned, ParseDocumentResultStatus status) {
        DocumentInterface document = returned;
        List<Object> parts = Collections.emptyList();
        if (returned instanceof CompositeDocInterface) {
            Map.Entry<SingleDocInterface, List<ErrorDocInterface>> entry = ((CompositeDocInterface) returned).getDocumentList();
            if (entry != null) {
                parts = errors(entry.getValue());
                DocumentInterface main = entry.getKey();
                boolean isFailed = status == ParseDocumentResultStatus.ERROR && main != null;
                if (isFailed || main instanceof ErrorDocInterface || main instanceof SkipDocInterface) document = main;
                if (main == null && (status == ParseDocumentResultStatus.SKIP || !hasBody(returned))) document = null;
            }
        }
        if (status == ParseDocumentResultStatus.ERROR || document instanceof ErrorDocInterface) {
            return Arrays.asList("e", error(document, parts));
        }
        if (status == ParseDocumentResultStatus.SKIP || document instanceof SkipDocInterface) {
            boolean hasReason = document instanceof SkipDocInterface;
            return skip(hasReason ? cut(((SkipDocInterface) document).getSkipMessage()) : null, parts);
        }
        return document == null ? skip(null, parts) : row(document, parts);
    }

    /** A composite may be written as a whole; most serialise their main document, whether they have one or not. */
    private static boolean hasBody(DocumentInterface composite) {
        try {
            return composite.serialize() != null;
        } catch (RuntimeException thrown) {
            return false;
        }
    }

    private static List<Object> skip(String reason, List<Object> parts) {
        return parts.isEmpty() ? Arrays.asList("s", reason) : Arrays.asList("s", reason, parts);
    }

    private static List<Object> row(DocumentInterface document, List<Object> parts) {
        String body = document.serialize();
        if (body == null) return invalid("The document cannot be serialised: serialize() returned null");
        List<Object> row = new ArrayList<>(7);
        row.add("d");
        row.add(emptyAsNull(document.getDocumentId()));
        row.add(document.getRecordType());
        row.add(emptyAsNull(document.getPartitionKey()));
        row.add(body);
        Object metadata = body.startsWith("{") ? null : document.getDocumentMetadata();
        if (metadata != null || !parts.isEmpty()) row.add(parts.isEmpty() ? null : parts);
        if (metadata != null) row.add(metadata);
        return row;
    }

    private static Map<String, Object> error(DocumentInterface document, List<Object> parts) {
        ErrorDocInterface error = document instanceof ErrorDocInterface ? (ErrorDocInterface) document : null;
        String message = error == null ? null : error.getErrorMessage();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("message", message == null || message.isEmpty() ? "The handler returned ERROR without a message." : cut(message));
        fields.put("documentId", document == null ? null : document.getDocumentId());
        fields.put("recordType", document == null ? null : document.getRecordType());
        fields.put("partitionKey", document == null ? null : document.getPartitionKey());
        Map<String, Object> metadata = document == null ? null : document.getDocumentMetadata();
        fields.put("documentMetadata", metadata == null ? Collections.emptyMap() : metadata);
        fields.put("startOffsets", error == null ? null : offsets(error.getErrorStartOffsetMap()));
        fields.put("endOffsets", error == null ? null : offsets(error.getErrorEndOffsetMap()));
        fields.put("document", document == null ? null : document.serialize());
        fields.put("parts", parts);
        return fields;
    }

    private static List<Object> errors(List<ErrorDocInterface> parts) {
        if (parts == null) return Collections.emptyList();
        List<Object> errors = new ArrayList<>();
        for (ErrorDocInterface part : parts) if (part != null) errors.add(error(part, Collections.emptyList()));
        return errors;
    }

    private static Map<String, String> offsets(Map<String, String> offsets) {
        if (offsets == null) return null;
        Map<String, String> known = new LinkedHashMap<>(offsets);
        known.values().removeIf(offset -> offset == null);
        return known;
    }

    private static String emptyAsNull(String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static String cut(String text) {
        return text == null || text.length() <= MESSAGE_LENGTH_MAX ? text : text.substring(0, MESSAGE_LENGTH_MAX);
    }
}
