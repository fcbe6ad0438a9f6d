package com.acme;

import com.resonance.letsdata.data.documents.interfaces.CompositeDocInterface;
import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.documents.interfaces.ErrorDocInterface;
import com.resonance.letsdata.data.documents.interfaces.SingleDocInterface;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;

/** An order put together from records, with the errors of its parts. */
public class Orders extends Doc implements CompositeDocInterface {
    private final SingleDocInterface main;
    private final List<ErrorDocInterface> errors;

    private Orders(SingleDocInterface main, List<ErrorDocInterface> errors, String body) {
        super(main == null ? null : main.getDocumentId(), "ORDER", null, body);
        this.main = main;
        this.errors = errors;
    }

    static Orders failed(SingleDocInterface head, List<ErrorDocInterface> errors) {
        return new Orders(head, errors, null);
    }

    static Orders of(
            SingleDocInterface head, List<ErrorDocInterface> errors, String listName, List<String> values, DocumentInterface previous) {
        StringBuilder list = new StringBuilder();
        for (String value : values) list.append(list.length() == 0 ? "" : ",").append(quoted(value));
        return new Orders(head, errors, "{\"documentId\":" + quoted(head.getDocumentId()) + ",\"previous\":"
                + quoted(previous == null ? null : previous.getDocumentId()) + ",\"" + listName + "\":[" + list + "]}");
    }

    /** As most composites are written: with no thought of one that has no main document. */
    @Override
    public String serialize() {
        String body = super.serialize();
        return body == null ? main.serialize() : body;
    }

    @Override
    public Map.Entry<SingleDocInterface, List<ErrorDocInterface>> getDocumentList() {
        return new AbstractMap.SimpleEntry<>(main, errors);
    }
}
