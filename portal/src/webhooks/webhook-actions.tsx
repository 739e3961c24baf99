import type { ButtonProps } from '@mantine/core';
import { changed } from '../api/keys.ts';
import { useChanged } from '../api/use-changed.ts';
import { ConfirmButton } from '../blocks/confirm-button.tsx';
import { FormButton } from '../blocks/form-dialog.tsx';
import { useGo } from '../blocks/use-go.ts';
import { RotateButton } from './rotate-button.tsx';
import { TestButton } from './test-button.tsx';
import { nameOf, type Webhook } from './webhook.ts';
import type { WebhookValues } from './webhook-draft.ts';
import type { WebhookFamily } from './webhook-family.ts';
import { WebhookForm } from './webhook-form.tsx';

interface Props<Item extends Webhook> extends Pick<ButtonProps, 'size'> {
  readonly family: WebhookFamily<Item>;
  readonly webhook: Item;
  /** Whether enabling it is offered elsewhere. */
  readonly enabledElsewhere?: boolean;
}

/** Everything that can be done to a webhook. */
export function WebhookActions<Item extends Webhook>({ family, webhook, ...props }: Props<Item>) {
  const { size = 'sm', enabledElsewhere = family.switched === true } = props;
  const { source, words, rotate } = family;
  const { id, enabled } = webhook;
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
      {(enabled ? family.switched !== true : !enabledElsewhere) && (
        <ConfirmButton
          size={size}
          question={`${enabled ? 'Disable' : 'Enable'} ${name}?`}
          consequence={
            enabled
              ? 'Nothing more is sent to it. What it is owed already waits until it is enabled again.'
              : 'What waits for it goes out at once, and new events follow.'
          }
          answer={enabled ? 'Disable it' : 'Enable it'}
          onConfirm={async () => {
            await (enabled ? family.disable(id) : family.enable(id));
            await readAgain(changed.sending(source, id));
          }}
        >
          {enabled ? 'Disable' : 'Enable'}
        </ConfirmButton>
      )}
      {rotate && may.rotate && (
        <RotateButton size={size} name={name} consequence={words.rotation} rotate={() => rotate(id)} />
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
