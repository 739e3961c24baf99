import { Button, Group } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useState } from 'react';
import { laidOut } from '../text/json.ts';
import { Icon } from './icon.tsx';
import { Quiet } from './quiet.tsx';

/** What was sent, byte for byte as text: never markup, never a link. */
export function BodyText({ label, text }: { label: string; text: string }) {
  if (text === '') return <Quiet>Empty.</Quiet>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <div className="body-text" role="group" aria-label={label} tabIndex={0}>
      {text}
    </div>
  );
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const { copy, copied } = useClipboard({ timeout: 2_000 });
  return (
    <Button
      variant="light"
      size="xs"
      leftSection={<Icon name={copied ? 'check' : 'copy'} size={16} />}
      onClick={() => copy(text)}
    >
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </Button>
  );
}

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
