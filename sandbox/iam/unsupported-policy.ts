/** A policy that the sandbox cannot judge is refused when it is loaded, never read as something near to it. */
export class UnsupportedPolicy extends Error {
  constructor(reason: string) {
    super(`The sandbox's IAM cannot judge this policy: ${reason}.`);
    this.name = 'UnsupportedPolicy';
  }
}
