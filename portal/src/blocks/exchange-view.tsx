import { Stack, Tabs, Text } from '@mantine/core';
import type { Attempt } from '@sluice/client';
import { BodyText, SentBody } from './body-text.tsx';
import { Quiet } from './quiet.tsx';

interface Props {
  readonly request: Pick<Attempt['request'], 'url' | 'headers' | 'body'>;
  /** `null`: there was none. */
  readonly response: Attempt['response'];
  /** Whether the service stopped during the attempt: how far it got is not known. */
  readonly isUnknown: boolean;
}

/** Everything that was sent and answered, as text. */
export function ExchangeView({ request, response, isUnknown }: Props) {
  return (
    <Tabs defaultValue="request" keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="request">Request</Tabs.Tab>
        <Tabs.Tab value="response">Response</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="request" pt="sm">
        <Stack gap="sm">
          <Text className="mono">{request.url === '' ? 'Address not known' : `POST ${request.url}`}</Text>
          <BodyText label="Request headers" text={headerLines(request.headers)} />
          {request.body === null ? (
            <Quiet>
              {isUnknown
                ? 'It is not known what was sent.'
                : 'There is no body: nothing was sent, or it is no longer kept.'}
            </Quiet>
          ) : (
            <SentBody label="Request body" text={request.body} />
          )}
        </Stack>
      </Tabs.Panel>
      <Tabs.Panel value="response" pt="sm">
        {response === null ? (
          <Quiet>{isUnknown ? 'It is not known what was answered.' : 'There was no answer.'}</Quiet>
        ) : (
          <Stack gap="sm">
            <Text className="mono">HTTP {response.status}</Text>
            <BodyText label="Response headers" text={headerLines(response.headers)} />
            <SentBody label="Response body" text={response.body} />
            {(response.truncated || response.body_encoding === 'base64') && (
              <Text fz="xs" c="dimmed">
                {response.truncated ? 'The first 16 KiB. ' : ''}
                {response.body_encoding === 'base64' ? 'It is not text; shown in base64.' : ''}
              </Text>
            )}
          </Stack>
        )}
      </Tabs.Panel>
    </Tabs>
  );
}

function headerLines(headers: Attempt['request']['headers']): string {
  return Object.entries(headers ?? {})
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`))
    .join('\n');
}
