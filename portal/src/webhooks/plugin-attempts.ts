import type { FlowxtraListLogsAnswer } from '@sluice/client';

type Log = Pick<FlowxtraListLogsAnswer['data']['data'][number], 'event' | 'attempt'>;

/** What a test is called in the logs of Flowxtra's plugin. */
export const testEvent = 'webhook.test';
const mostAttempts = 4;

/** What follows a failed attempt, as the plugin's document promises it. */
const waits: Readonly<Record<number, string>> = { 1: '10 seconds', 2: '1 minute', 3: '5 minutes' };

/** Which attempt it was. A delivery whose attempts are used up can be sent again by hand. */
export function attemptInWords({ event, attempt }: Log): string {
  if (event === testEvent) return `${attempt}; tests are sent once`;
  return attempt > mostAttempts ? `${attempt}, by hand` : `${attempt} of at most ${mostAttempts}`;
}

export function nextAttemptInWords({ attempt }: Log): string {
  const wait = waits[attempt];
  return wait === undefined ? 'No further attempt is due.' : `The next attempt is due after ${wait}.`;
}
