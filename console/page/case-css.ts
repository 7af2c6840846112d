/** How the page of a case looks, with its form; see `console-css.ts`. */
export const CASE_CSS = `.kicker {
  display: flex;
  gap: 0.75rem;
  margin: 0;
}
.kicker .severity {
  text-transform: uppercase;
}
.kicker + h1 {
  margin: 0.25rem 0 0.5rem;
}
.lead {
  margin-top: 0;
}
.hint,
.problem {
  margin: 0.25rem 0;
}
.held-back,
.notice,
.errors,
.done,
.decision {
  padding: 0.75rem 1rem;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: var(--raised);
}
.held-back {
  padding-left: 2rem;
}
.held-back,
.notice {
  border-left: 0.4rem solid var(--high);
}
.notice,
.errors,
.done {
  margin: 0 0 1rem;
}
.errors {
  border-left: 0.4rem solid var(--critical);
}
.done {
  border-left: 0.4rem solid var(--good);
}
.notice > :first-child,
.errors > :first-child,
.decision > h2 {
  margin-top: 0;
}
.notice > :last-child,
.errors > :last-child {
  margin-bottom: 0;
}
caption {
  text-align: left;
}
del,
ins {
  text-decoration: none;
}
del::before {
  content: '− ' / '';
}
ins::before {
  content: '+ ' / '';
}
summary {
  padding: 0.5rem 0;
  cursor: pointer;
}
code,
pre {
  font-size: 0.9em;
}
.field {
  margin: 1rem 0;
  padding: 0;
  border: 0;
}
legend {
  padding: 0;
}
.field > .choice {
  display: flex;
  font-weight: 400;
  gap: 0.5rem;
  align-items: center;
  min-height: 2.75rem;
}
.choice input {
  flex: none;
  width: 1.25rem;
  height: 1.25rem;
}
textarea,
input[type='date'] {
  display: block;
  width: 100%;
  min-height: 2.75rem;
  padding: 0.5rem;
  border: 1px solid var(--edge);
  border-radius: 0.25rem;
  background: var(--page);
  color: var(--text);
  font: inherit;
}
[aria-invalid='true'] {
  border: 2px solid var(--critical);
}
.buttons {
  display: flex;
  gap: 0.75rem;
  margin: 1rem 0;
}
.name,
.hint,
strong,
del,
ins,
summary {
  unicode-bidi: isolate;
}
.options {
  margin: 0.5rem 0;
}
.options > summary {
  padding: 0.6rem 0;
}
button,
.button {
  display: block;
  width: 100%;
  min-height: 3rem;
  padding: 0.5rem 1rem;
  border: 2px solid transparent;
  border-radius: 0.5rem;
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
.first {
  position: absolute;
  width: 1px;
  min-height: 0;
  height: 1px;
  padding: 0;
  overflow: hidden;
  clip-path: inset(50%);
}
.approve,
.button {
  background: var(--good);
  color: var(--page);
}
.deny {
  border-color: var(--critical);
  background: var(--page);
  color: var(--critical);
}
.quiet {
  width: auto;
  min-height: 2.75rem;
  border-color: var(--edge);
  background: var(--page);
  color: var(--text);
  font-weight: 400;
}
@media (min-width: 60rem) {
  .case {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 22rem;
    grid-template-rows: auto 1fr;
    column-gap: 2rem;
    align-items: start;
  }
  .case > .facts,
  .case > .more {
    grid-column: 1;
  }
  .case > .decision {
    grid-column: 2;
    grid-row: 1 / span 2;
    position: sticky;
    top: 1rem;
  }
}
@media (max-width: 40rem) {
  .case {
    font-size: 0.9375rem;
    line-height: 1.4;
  }
  .case h1 {
    margin: 0 0 0.25rem;
    font-size: 1.3rem;
    line-height: 1.3;
  }
  .case p {
    margin: 0.4rem 0;
  }
  .case h2 {
    margin: 0.75rem 0 0.25rem;
  }
  .case .decision {
    margin-top: 0.75rem;
    padding: 0.5rem 0.75rem;
  }
  .decision .field,
  .decision .buttons {
    margin: 0.25rem 0;
  }
  .changes th,
  .changes td {
    display: inline-block;
    padding: 0 0.75rem 0 0;
    border: 0;
  }
}
`;
