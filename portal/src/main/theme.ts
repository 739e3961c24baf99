import { type CSSVariablesResolver, createTheme, Modal } from '@mantine/core';

export const theme = createTheme({
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontWeight: '650' },
  defaultRadius: 'md',
  autoContrast: true,
  respectReducedMotion: true,
  primaryColor: 'water',
  primaryShade: 7,
  components: {
    Modal: Modal.extend({
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        // Outside a page's own header it would count as a second one.
        attributes: { header: { role: 'none' } },
      },
    }),
  },
  colors: {
    // Mantine's dark greys, a little towards the water.
    dark: [
      '#d3dae1',
      '#b9c2cb',
      '#8e99a4',
      '#66727d',
      '#3c4751',
      '#2d363f',
      '#222a31',
      '#1a1f24',
      '#12161a',
      '#0c0f12',
    ],
    water: [
      '#e9f7f9',
      '#d4ecf0',
      '#a8d9e1',
      '#78c5d1',
      '#53b4c4',
      '#3aa9bc',
      '#1b8fa3',
      '#0e7285',
      '#0a5d6d',
      '#064854',
    ],
  },
});

/** Mantine's own grey and red have too little contrast for small text. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#525c66', '--mantine-color-error': '#b42318' },
  dark: { '--mantine-color-dimmed': '#b3bcc6', '--mantine-color-error': '#ff9c93' },
});
