/**
 * Settings of every connection. Statements are planned once and run for days, and ours are written for their indexes.
 * A plan that is made while the queue is empty would read the whole table, which is right for that moment and ruin for
 * every later one: with 20,000 due deliveries a claim took 27 ms instead of 2.
 */
export const planning = [
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
];
