import { parentPort } from 'node:worker_threads';

/** Answers what it is asked, unless it is asked to hang or to throw. */
parentPort?.on('message', (text: string) => {
  if (text === 'throw') throw new Error('as it was asked to');
  for (; text === 'hang'; );
  parentPort?.postMessage(text);
});
