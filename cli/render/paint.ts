/** Colours say what a word says already: nobody needs them to understand. */
import type { CaseSummary } from '../../console/case-json.ts';
import type { Style } from '../io.ts';

export const paintSeverity = (severity: CaseSummary['severity'], style: Style): string => {
  switch (severity) {
    case 'critical':
      return style.bold(style.red(severity));
    case 'high':
      return style.red(severity);
    case 'medium':
      return style.yellow(severity);
    default:
      return severity;
  }
};

export const paintState = (state: CaseSummary['state'], style: Style, text: string = state): string => {
  switch (state) {
    case 'resolved':
    case 'self-resolved':
      return style.green(text);
    case 'needs-human':
      return style.red(text);
    case 'awaiting-approval':
      return style.yellow(text);
    case 'starting':
    case 'running':
    case 'verifying':
      return style.cyan(text);
    default:
      return text;
  }
};
