// Preloaded into every server that `start` runs: without its parent it would keep its port and block the next start.
process.on("disconnect", () => process.exit(0));
