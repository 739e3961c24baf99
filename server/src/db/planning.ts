/**
 * How the statements of the delivery path are planned: once, and for indexes. Postgres plans by what tables hold at the
 * moment. A plan made while the queue is empty reads the whole queue, which is right for that moment and far too slow
 * when the queue is long; and planning such a statement each time costs more than running it.
 */
export const planForIndexes: Readonly<Record<string, string>> = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  plan_cache_mode: 'force_generic_plan',
  // Where only a sequential scan will do, "off" makes it look so expensive that Postgres would compile it.
  jit: 'off',
};

/** Statements that a connection keeps planned, at most. The delivery path has a few dozen. */
export const statementsKept = 200;
