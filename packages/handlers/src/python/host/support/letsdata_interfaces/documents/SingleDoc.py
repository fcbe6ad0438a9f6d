from letsdata_interfaces.documents.Document import Document


class SingleDoc(Document):
    def isSingleDoc(self):
        return True
