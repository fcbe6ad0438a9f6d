/** What people are told wherever vectors are shown that no model gave. */
export const standInNotice =
  "Stand-in vectors: no model runs on this local cloud, so the vectors come of the words alone. Set LETSDATA_MODEL_URL to a model of yours, or run the dataset in AWS, before you rely on them.";
