/** How the pages look. In a module and not in a file of its own, so that it is in a function's bundle too. */
import { CASE_CSS } from './case-css.ts';

/**
 * A style sheet without what only its writers need: on a phone at night each byte counts.
 *
 * @example compact('a {\n  color: red;\n}\n') // 'a{color:red}'
 */
const compact = (css: string): string =>
  css
    .replace(/\n\s*/g, '')
    .replace(/ *([{};,>]) */g, '$1')
    .replaceAll(': ', ':')
    .replaceAll(';}', '}');

export const CONSOLE_CSS = compact(`:root {
  color-scheme: light dark;
  --text: #1b1f24;
  --soft: #57606a;
  --line: #d0d7de;
  --page: #fff;
  --link: #0550ae;
  --critical: #a40e26;
  --high: #953800;
  --edge: #6e7781;
  --raised: #f6f8fa;
  --good: #116329;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3;
    --soft: #9da7b3;
    --line: #3d444d;
    --page: #0d1117;
    --link: #79b8ff;
    --critical: #ff8182;
    --high: #ffa657;
    --edge: #8b949e;
    --raised: #161b22;
    --good: #56d364;
  }
}
* {
  box-sizing: border-box;
}
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  overflow-wrap: anywhere;
  font:
    1rem / 1.5 system-ui,
    sans-serif;
}
header,
main {
  max-width: 70rem;
  margin: 0 auto;
  padding: 0.75rem 1rem;
}
header {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem 1rem;
  align-items: center;
  justify-content: space-between;
  border-bottom: 1px solid var(--line);
}
header nav a + a {
  margin-left: 1rem;
}
.visit {
  display: flex;
  gap: 0.75rem;
  align-items: center;
  margin: 0;
}
.skip {
  position: absolute;
  left: -100rem;
}
.skip:focus {
  left: 0.5rem;
  top: 0.5rem;
  padding: 0.5rem;
  background: var(--page);
}
main:focus {
  outline: none;
}
a {
  color: var(--link);
}
:focus-visible {
  outline: 3px solid var(--link);
  outline-offset: 2px;
}
h1 {
  font-size: 1.5rem;
}
h2 {
  font-size: 1.15rem;
  margin-top: 2rem;
}
small,
.who,
.hint,
caption,
dt {
  color: var(--soft);
}
table {
  width: 100%;
  border-collapse: collapse;
}
th,
td {
  padding: 0.5rem;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
}
dl {
  display: grid;
  grid-template-columns: fit-content(14rem) minmax(0, 1fr);
  gap: 0.25rem 1rem;
}
dt {
  min-width: 0;
}
dd {
  margin: 0;
}
pre {
  overflow-x: auto;
  padding: 0.75rem;
  border: 1px solid var(--line);
}
.home,
.severity,
.problem,
.answer,
.field > label,
legend,
th[scope='row'],
ins {
  font-weight: 600;
}
.severity.critical,
.problem,
.answer.no,
.answer.unknown,
del {
  color: var(--critical);
}
.severity.high,
.answer.waits {
  color: var(--high);
}
.answer.yes,
ins {
  color: var(--good);
}
.timeline li {
  margin-bottom: 0.75rem;
}
${CASE_CSS}@media (max-width: 40rem) {
  .wide thead,
  .changes thead,
  .changes caption,
  .case .decision > h2 {
    position: absolute;
    clip-path: inset(50%);
    height: 1px;
    overflow: hidden;
  }
  .wide tr,
  .changes tr {
    display: block;
    padding: 0.75rem 0;
    border-bottom: 1px solid var(--line);
  }
  .changes tr {
    padding: 0.3rem 0;
  }
  .wide td {
    display: grid;
    grid-template-columns: 6rem 1fr;
    border: 0;
    padding: 0.15rem 0;
  }
  .wide td::before {
    content: attr(data-label);
    color: var(--soft);
  }
  .wide td > * {
    grid-column: 2;
  }
  .wide td br {
    display: none;
  }
  dl {
    grid-template-columns: 1fr;
    gap: 0;
  }
  dd {
    margin-bottom: 0.5rem;
  }
  h2 {
    margin-top: 1.5rem;
  }
}
`);
