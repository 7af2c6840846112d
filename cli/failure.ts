/** What a command cannot do, told to a person. The exit code is part of what it says to scripts. */
export class Failure extends Error {
  constructor(
    message: string,
    /** 1: refused or failed; 2: wrongly used; 3: a gate that could not be judged. */
    readonly exitCode: 1 | 2 | 3 = 1,
    /** Which refusal of the service it is, such as `plan-hash-mismatch`; absent of what the command says by itself. */
    readonly code?: string,
    /** With which HTTP status the service answered; absent where it did not answer. */
    readonly status?: number,
  ) {
    super(message);
    this.name = 'Failure';
  }

  /** What a person reads; of a refusal its name first, by which the documentation tells what to do. */
  get told(): string {
    return this.code === undefined ? this.message : `${this.code}: ${this.message}`;
  }
}
