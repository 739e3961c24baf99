import type { ButtonProps } from '@mantine/core';
import { useState } from 'react';
import { ConfirmButton } from './confirm-button.tsx';
import { SecretDialog } from './secret-dialog.tsx';

interface NewSecret {
  readonly secret: string;
  readonly overlap_seconds: number;
}

interface Props extends ButtonProps {
  /** What it is called whose secret it is. */
  readonly name: string;
  readonly consequence: string;
  readonly rotate: () => Promise<NewSecret>;
}

/** Makes a new signing secret, shows it this once, and says how long the old one stays good. */
export function RotateButton({ name, consequence, rotate, ...looks }: Props) {
  const [rotated, setRotated] = useState<NewSecret | null>(null);
  return (
    <>
      <ConfirmButton
        {...looks}
        question={`Make a new signing secret for ${name}?`}
        consequence={consequence}
        answer="Make a new one"
        onConfirm={async () => setRotated(await rotate())}
      >
        Rotate secret
      </ConfirmButton>
      <SecretDialog
        secret={rotated?.secret ?? null}
        title={`New signing secret of ${name}`}
        onClose={() => setRotated(null)}
        {...(rotated && { note: wordsOfOverlap(rotated.overlap_seconds) })}
      />
    </>
  );
}

function wordsOfOverlap(seconds: number): string {
  if (seconds === 0) return 'The old one is no longer good.';
  const hours = seconds / 3_600;
  return `The old one stays good for ${hours >= 1 ? `${Math.round(hours)} h` : `${Math.round(seconds / 60)} min`}.`;
}
