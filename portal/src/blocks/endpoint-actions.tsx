import type { ButtonProps, ModalProps } from '@mantine/core';
import type { Endpoint } from '@sluice/client';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ChangeButton } from './change-button.tsx';
import { ConfirmButton } from './confirm-button.tsx';
import type { EndpointFamily } from './endpoint-family.ts';
import { nameOf } from './endpoint-list.tsx';
import type { FormState } from './form-frame.tsx';
import { RotateButton } from './rotate-button.tsx';
import { TestButton } from './test-button.tsx';
import { useGo } from './use-go.ts';

interface Props<Values> extends Pick<ButtonProps, 'size'> {
  readonly endpoint: Endpoint;
  readonly family: EndpointFamily<Values>;
  readonly form: (state: FormState<Values>) => ReactNode;
  readonly formSize?: NonNullable<ModalProps['size']>;
  /** Whether the reader may have a new secret of it; left out: yes. */
  readonly rotatable?: boolean;
  /** What becomes of the old secret, where the contract leaves nothing to say. */
  readonly rotation?: string;
  /** Whether enabling it is offered elsewhere. */
  readonly enabledElsewhere?: boolean;
  /** Where to go when it is no more; left out: nowhere. */
  readonly after?: `/${string}`;
}

/** Everything that can be done to an endpoint; one that an app registered goes only with the app. */
export function EndpointActions<Values>({
  endpoint,
  family,
  form,
  size = 'sm',
  rotatable = true,
  ...props
}: Props<Values>) {
  const { id, enabled } = endpoint;
  const name = nameOf(endpoint);
  const queryClient = useQueryClient();
  const go = useGo();
  const refresh = () => queryClient.invalidateQueries();
  return (
    <>
      <TestButton size={size} run={() => family.test(id)} onDone={() => void refresh()} />
      <ChangeButton
        size={size}
        title={`Change ${name}`}
        dialogSize={props.formSize ?? 'lg'}
        change={(values: Values) => family.change(id, values)}
        form={form}
      />
      {(enabled || !props.enabledElsewhere) && (
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
            await refresh();
          }}
        >
          {enabled ? 'Disable' : 'Enable'}
        </ConfirmButton>
      )}
      {rotatable && (
        <RotateButton
          size={size}
          name={name}
          consequence={
            props.rotation ??
            'Its receiver needs the new one. The contract decides how long the old one stays good.'
          }
          rotate={() => family.rotate(id)}
        />
      )}
      {endpoint.owner.kind !== 'installation' && (
        <ConfirmButton
          size={size}
          question={`Delete ${name}?`}
          consequence="What waits for it is cancelled and its secret is worth nothing any more. This cannot be undone."
          answer="Delete it"
          onConfirm={async () => {
            await family.remove(id);
            if (props.after !== undefined) go(props.after);
            // What is gone is not asked for again.
            await queryClient.invalidateQueries({ predicate: ({ queryKey }) => !queryKey.includes(id) });
          }}
        >
          Delete
        </ConfirmButton>
      )}
    </>
  );
}
