package com.letsdata.host;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.interfaces.SystemFileReader;
import com.resonance.letsdata.data.readers.model.SingleFileReaderState;
import java.util.HashMap;
import java.util.Map;

/** A file as the published interface shows it; of use only while parseDocument runs. */
final class FileView implements SystemFileReader {
    private final Map<String, Object> file;
    private StateMachine machine;

    FileView(StateMachine machine, Map<String, Object> file) {
        this.machine = machine;
        this.file = new HashMap<>(file);
    }

    @Override
    public DocumentInterface nextRecord(boolean peek) throws Exception {
        if (machine == null) throw new IllegalStateException("nextRecord was called after parseDocument had returned");
        return machine.nextRecord(file, peek);
    }

    @Override
    public SingleFileReaderState getState() {
        return SingleFileReaderState.valueOf((String) file.get("state"));
    }

    @Override
    public String getOffsetBytes() {
        return String.valueOf(file.get("offset"));
    }

    @Override
    public String getFileType() {
        return (String) file.get("fileType");
    }

    @Override
    public String getFileName() {
        return (String) file.get("fileName");
    }

    @Override
    public String getLastRecordType() {
        return (String) file.get("lastRecordType");
    }

    void end() {
        machine = null;
    }
}
