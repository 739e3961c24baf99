import { Alert, Button, Text } from '@mantine/core';
import { SluiceProblem, SluiceUnreachable } from '@sluice/client';

interface Props {
  readonly error: Error;
  readonly title?: string;
  /** Offers to try again. */
  readonly onRetry?: () => void;
}

/** What went wrong and what can be done about it, in the API's own words. */
export function Failure({ error, title, onRetry }: Props) {
  const isProblem = error instanceof SluiceProblem;
  const isAway = error instanceof SluiceUnreachable;
  return (
    <Alert
      color="red"
      role="alert"
      variant="outline"
      title={title ?? (isAway ? 'No connection' : 'That did not work')}
      my="sm"
    >
      <Text fz="sm">{isProblem ? error.detail : isAway ? away : error.message}</Text>
      {isProblem && (
        <>
          <Text fz="sm">{error.remedy}</Text>
          {error.status >= 500 && error.requestId !== null && (
            <Text fz="xs" c="dimmed" className="mono">
              Request {error.requestId}
            </Text>
          )}
        </>
      )}
      {onRetry && (
        <Button variant="default" size="xs" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

const away =
  'Sluice does not answer: either your connection is away, or the service is. What stands on this page may be out of date.';
