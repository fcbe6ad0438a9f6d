package com.resonance.letsdata.data.documents.interfaces;

/** A document made of one record. */
public interface SingleDocInterface extends DocumentInterface {
    boolean isSingleDoc();
}
