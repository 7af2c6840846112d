/** What people are sent when breakers open. */
import { describeBreaker, type OpenedBreaker } from '../breaker.ts';
import { ascii, inert, type Message } from '../message.ts';

/** @param opened one at least; those that opened together are told together */
export const breakersOpened = (opened: readonly OpenedBreaker[]): Message => {
  const names = opened.map(({ scope }) => `${scope.kind} ${inert(scope.name, 100)}`);
  const asks = opened.every(({ whenOpen }) => whenOpen === 'approve');
  return {
    subject: ascii(`[BREAKER] Too many failures: ${names.join(', ')}`, 100),
    text: [
      'Too many attempts failed, so selfheal starts no more of these:',
      ...opened.map((one) => `  ${inert(describeBreaker(one), 500)}`),
      '',
      asks
        ? 'Their cases are asked for in one batch, and what people approve is started.'
        : 'Their cases wait. Nothing is lost.',
      'From time to time one of them is let through to see whether it works again. If it heals, the rest follows by itself.',
      '',
      'What to do: find out why they fail, and mend it.',
      '  selfheal breaker list',
      '  selfheal cases --status held',
      'When it is mended and you do not want to wait for the next try:',
      ...opened.map(
        ({ scope }) =>
          `  selfheal breaker reset --${scope.kind} '${inert(scope.name, 256).replaceAll("'", '')}' --reason "..."`,
      ),
    ].join('\n'),
    attributes: { kind: 'breaker-opened' },
  };
};
