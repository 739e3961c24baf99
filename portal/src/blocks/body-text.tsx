import { Text } from '@mantine/core';

/** What somebody sent, byte for byte as text: never markup, never a link. */
export function BodyText({ label, text }: { label: string; text: string }) {
  if (text === '')
    return (
      <Text fz="sm" c="dimmed">
        Empty.
      </Text>
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <div className="body-text" role="group" aria-label={label} tabIndex={0}>
      {text}
    </div>
  );
}
