package com.acme;

import com.resonance.letsdata.data.documents.implementation.ErrorDoc;
import com.resonance.letsdata.data.documents.implementation.SkipDoc;
import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.interfaces.sagemaker.SagemakerVectorsInterface;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;

/** The document's text says what to do with it; the documents are the read handler's own objects. */
public class Vectors implements SagemakerVectorsInterface {
    private static String textOf(DocumentInterface document) {
        return ((Doc) document).id;
    }

    @Override
    public Map<String, String> extractDocumentElementsForVectorization(DocumentInterface documentInterface) {
        String text = textOf(documentInterface);
        if (text.startsWith("none")) return Collections.emptyMap();
        if (text.startsWith("number")) return Collections.singletonMap("title", null);
        if (text.startsWith("refuse")) throw new IllegalStateException(text);
        return Collections.singletonMap("title", text);
    }

    @Override
    public DocumentInterface constructVectorDoc(DocumentInterface documentInterface, Map<String, Double[]> vectorsMap) {
        String text = textOf(documentInterface);
        if (text.startsWith("drop")) return new SkipDoc(null, null, text, null, null, null, null, null);
        if (text.startsWith("fail")) return new ErrorDoc(null, null, text, null, null, null, null, null);
        if (text.startsWith("burst")) throw new IllegalStateException(text);
        String vectors = "{\"title\":" + Arrays.toString(vectorsMap.get("title")) + "}";
        return new Doc(text, "LOG", text, "{\"text\":" + Doc.quoted(text) + ",\"vectors\":" + vectors + "}");
    }
}
