/**
 * Finds all known beginnings (or ends) of a text in one walk over it.
 */

interface TreeNode {
  readonly children: Map<number, TreeNode>;
  /** What is filed under the text that leads here. */
  readonly filed: number[];
}

const newNode = (): TreeNode => ({ children: new Map(), filed: [] });

export class PrefixTree {
  private readonly root = newNode();

  /** `backwards` reads texts from their end: a tree of suffixes. */
  constructor(private readonly direction: 'forwards' | 'backwards') {}

  add(text: string, index: number): void {
    let node = this.root;
    for (let step = 0; step < text.length; step += 1) {
      const code = this.codeAt(text, step);
      const child = node.children.get(code) ?? newNode();
      node.children.set(code, child);
      node = child;
    }
    node.filed.push(index);
  }

  /** Sets the bit of everything that is filed under a beginning (or end) of the value. */
  mark(value: string, bits: Int32Array): void {
    let node: TreeNode | undefined = this.root;
    for (let step = 0; ; step += 1) {
      for (const index of node.filed) bits[index >> 5] = (bits[index >> 5] ?? 0) | (1 << (index & 31));
      if (step >= value.length || node.children.size === 0) return;
      node = node.children.get(this.codeAt(value, step));
      if (node === undefined) return;
    }
  }

  private codeAt(text: string, step: number): number {
    return text.charCodeAt(this.direction === 'forwards' ? step : text.length - 1 - step);
  }
}
