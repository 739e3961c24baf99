import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Colours where standard output is a terminal that has them; NO_COLOR and FORCE_COLOR are heeded. */
export const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

export const unpainted: Paint = (_style, text) => text;
