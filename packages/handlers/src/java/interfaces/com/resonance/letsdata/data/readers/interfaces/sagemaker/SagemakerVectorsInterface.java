package com.resonance.letsdata.data.readers.interfaces.sagemaker;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import java.util.Map;

public interface SagemakerVectorsInterface {
    /** The texts to turn into vectors, by name. */
    Map<String, String> extractDocumentElementsForVectorization(DocumentInterface documentInterface);

    /** The document to write, from the vectors by the same names. */
    DocumentInterface constructVectorDoc(DocumentInterface documentInterface, Map<String, Double[]> vectorsMap);
}
