import { Document } from "./Document.js";

export class SingleDoc extends Document {
  isSingleDoc() {
    return true;
  }
}
