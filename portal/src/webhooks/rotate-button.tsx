import type { ButtonProps } from '@mantine/core';
import { useState } from 'react';
import { ConfirmButton } from '../blocks/confirm-button.tsx';
import { SecretDialog } from '../blocks/secret-dialog.tsx';
import type { NewSigningSecret } from './webhook-family.ts';

interface Props extends Pick<ButtonProps, 'size'> {
  /** What the webhook is called whose secret it is. */
  readonly name: string;
  readonly consequence: string;
  readonly rotate: () => Promise<NewSigningSecret>;
}

/** Makes a new signing secret, shows it this once, and says how long the old one stays good. */
export function RotateButton({ name, consequence, rotate, size = 'sm' }: Props) {
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
export function wordsOfOverlap(seconds: number): string {
  if (seconds === 0) return 'The old one is no longer good.';
  const hours = seconds / 3_600;
  return `The old one stays good for ${hours >= 1 ? `${Math.round(hours)} h` : `${Math.round(seconds / 60)} min`}.`;
}
