import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { laidOut } from '../text/json-places.ts';
import { BodyText } from './body-text.tsx';
import { CopyButton } from './copy-button.tsx';

/** A body as it was sent; where it is JSON, also in lines. What is copied is always what was sent. */
export function SentBody({ label, text }: { label: string; text: string }) {
  const [inLines, setInLines] = useState(false);
  const lines = inLines ? laidOut(text) : null;
  if (text === '') return <BodyText label={label} text="" />;
  return (
    <div>
      <BodyText label={label} text={lines ?? text} />
      <Group gap="xs" mt="xs">
        <CopyButton text={text} />
        {/^\s*[[{]/.test(text) && (
          <Button variant="subtle" size="xs" aria-pressed={inLines} onClick={() => setInLines(!inLines)}>
            {inLines ? 'As it was sent' : 'In lines'}
          </Button>
        )}
      </Group>
    </div>
  );
}
