package com.resonance.letsdata.data.documents.interfaces;

import java.util.List;
import java.util.Map;

/** A document made of several records. */
public interface CompositeDocInterface extends DocumentInterface {
    /** The document to write (an error document where it failed as a whole) and the errors of its parts. */
    Map.Entry<SingleDocInterface, List<ErrorDocInterface>> getDocumentList();
}
