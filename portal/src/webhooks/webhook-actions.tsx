import type { ButtonProps } from '@mantine/core';
import { useState } from 'react';
import { changed, useChanged } from '../api/cache.ts';
import { ConfirmButton, FormButton } from '../blocks/dialogs.tsx';
import { SecretDialog } from '../blocks/secret-dialog.tsx';
import { useGo } from '../blocks/use-address.ts';
import { TestButton } from './test-button.tsx';
import { nameOf, type Webhook } from './webhook.ts';
import type { WebhookValues } from './webhook-draft.ts';
import type { NewSigningSecret, OfFamily } from './webhook-family.ts';
import { WebhookForm } from './webhook-form.tsx';

interface ActionProps<Item extends Webhook> extends OfFamily<Item>, Pick<ButtonProps, 'size'> {}

interface ActionsProps<Item extends Webhook> extends ActionProps<Item> {
  /** Whether enabling it is offered elsewhere. */
  readonly enabledElsewhere?: boolean;
}

/** Everything that can be done to a webhook. */
export function WebhookActions<Item extends Webhook>({ family, webhook, ...props }: ActionsProps<Item>) {
  const { size = 'sm', enabledElsewhere = family.switched === true } = props;
  const { source, words, rotate } = family;
  const { id } = webhook;
  const name = nameOf(webhook);
  const may = family.allows?.(webhook) ?? { rotate: true, remove: true };
  const readAgain = useChanged();
  const go = useGo();
  return (
    <>
      <TestButton size={size} family={family} webhook={webhook} />
      <FormButton
        size={size}
        title={`Change ${name}`}
        act={(values: WebhookValues) => family.change(webhook, values)}
        onDone={() => readAgain(changed.webhook(source, id))}
        form={(state) => <WebhookForm {...state} family={family} webhook={webhook} />}
      >
        Change
      </FormButton>
      {(webhook.enabled ? family.switched !== true : !enabledElsewhere) && (
        <EnableButton size={size} family={family} webhook={webhook} />
      )}
      {rotate && may.rotate && (
        <RotateButton size={size} name={name} consequence={words.rotation ?? ''} rotate={() => rotate(id)} />
      )}
      {may.remove && (
        <ConfirmButton
          size={size}
          question={`Delete ${name}?`}
          consequence={words.removal}
          answer="Delete it"
          onConfirm={async () => {
            await family.remove(id);
            if (family.arrangement === 'rows') go(family.path);
            await readAgain(changed.webhooks(source));
          }}
        >
          Delete
        </ConfirmButton>
      )}
    </>
  );
}

function EnableButton<Item extends Webhook>({ family, webhook, size = 'sm' }: ActionProps<Item>) {
  const readAgain = useChanged();
  const { id, enabled } = webhook;
  return (
    <ConfirmButton
      size={size}
      question={`${enabled ? 'Disable' : 'Enable'} ${nameOf(webhook)}?`}
      consequence={
        enabled
          ? 'Nothing more is sent to it. What it is owed already waits until it is enabled again.'
          : 'What waits for it goes out at once, and new events follow.'
      }
      answer={enabled ? 'Disable it' : 'Enable it'}
      onConfirm={async () => {
        await (enabled ? family.disable(id) : family.enable(id));
        await readAgain(changed.sending(family.source, id));
      }}
    >
      {enabled ? 'Disable' : 'Enable'}
    </ConfirmButton>
  );
}

interface RotateButtonProps extends Pick<ButtonProps, 'size'> {
  /** What the webhook is called whose secret it is. */
  readonly name: string;
  readonly consequence: string;
  readonly rotate: () => Promise<NewSigningSecret>;
}

/** Makes a new signing secret, shows it this once, and says how long the old one stays good. */
function RotateButton({ name, consequence, rotate, size = 'sm' }: RotateButtonProps) {
  const [rotated, setRotated] = useState<NewSigningSecret | null>(null);
  return (
    <>
      <ConfirmButton
        size={size}
        question={`Make a new signing secret for ${name}?`}
        consequence={consequence}
        answer="Make a new one"
        onConfirm={async () => setRotated(await rotate())}
      >
        Rotate secret
      </ConfirmButton>
      <SecretDialog
        secrets={rotated === null ? [] : [rotated]}
        title={`New signing secret of ${name}`}
        onClose={() => setRotated(null)}
        note={rotated === null ? undefined : wordsOfOverlap(rotated.overlap_seconds)}
      />
    </>
  );
}

/** How long the secret before a rotation stays good. */
function wordsOfOverlap(seconds: number): string {
  if (seconds === 0) return 'The old one is no longer good.';
  const hours = seconds / 3_600;
  return `The old one stays good for ${hours >= 1 ? `${Math.round(hours)} h` : `${Math.round(seconds / 60)} min`}.`;
}
