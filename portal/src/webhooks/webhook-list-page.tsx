import { Button, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { holds, useMe } from '../api/session.ts';
import { Icon } from '../blocks/icon.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { AddWebhook } from './add-webhook.tsx';
import { useMayChange } from './use-may-change.ts';
import { VerifySample } from './verify-sample.tsx';
import type { Webhook } from './webhook.ts';
import type { WebhookFamily } from './webhook-family.ts';
import { WebhookList } from './webhook-list.tsx';

interface Props<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  /** The list, where it is more than the family's own; it is given the button that adds one. */
  readonly list?: (add: ReactNode) => ReactNode;
}

/** Every webhook of a family: the list, and what adds to it. */
export function WebhookListPage<Item extends Webhook>({ family, list }: Props<Item>) {
  const { words, access, sample, arrangement } = family;
  const me = useMe();
  const reads = access === undefined || holds(me, access.read);
  const mayChange = useMayChange(family) && reads;
  const [adding, { open, close }] = useDisclosure(false);
  const add = mayChange && (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Add {words.one}
    </Button>
  );
  const all = list?.(add) ?? <WebhookList family={family} add={add} />;
  return (
    <>
      {words.place && <div className="crumbs">{words.place}</div>}
      <PageHeader
        title={words.title}
        description={words.description}
        actions={words.section ? undefined : add}
      />
      {access && !reads ? (
        <NotAllowed {...access} scope={access.read} />
      ) : (
        <Stack gap="lg">
          {words.section ? (
            <section aria-label={words.section.title}>
              <div className="list-head">
                <div>
                  <Title order={2} fz="lg">
                    {words.section.title}
                  </Title>
                  <Text fz="sm" c="dimmed">
                    {words.section.description}
                  </Text>
                </div>
                {add}
              </div>
              {all}
            </section>
          ) : (
            <div>{all}</div>
          )}
          {/* Where webhooks have pages of their own, those have it. */}
          {sample && arrangement === 'cards' && <VerifySample {...sample} />}
        </Stack>
      )}
      <AddWebhook family={family} opened={adding} onClose={close} />
    </>
  );
}
