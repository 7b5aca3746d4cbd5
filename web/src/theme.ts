/** The design's tokens: one accent, one neutral scale, one type size for work. styles/tokens.css has the same variables. */
import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Ledger green: dark enough on white, and light enough on black, for text (WCAG AA). */
const ledger: MantineColorsTuple = [
  '#eaf6f4',
  '#d7ebe8',
  '#acd7d0',
  '#7ec2b8',
  '#59b0a4',
  '#3f9f93',
  '#2b8a7f',
  '#1f756c',
  '#1a625b',
  '#124e48',
];

export const theme = createTheme({
  primaryColor: 'ledger',
  primaryShade: 7,
  colors: { ledger },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  defaultRadius: 'sm',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '15px' }, h3: { fontSize: '14px' } },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
  },
});
