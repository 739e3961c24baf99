const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const bytes = (text: string): Uint8Array => encoder.encode(text);

/** Throws for bytes that are not UTF-8. */
export const text = (part: Uint8Array): string => decoder.decode(part);

export function withByte(source: Uint8Array, at: number, byte: number): Uint8Array {
  const changed = source.slice();
  changed[at] = byte;
  return changed;
}
