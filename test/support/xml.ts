/** Reads XML strictly, as far as reports need it: elements, attributes and text. Whatever else is there is a mistake. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const TOKEN =
  /<\/(?<close>[\w-]+)>|<(?<open>[\w-]+)(?<attributes>(?:\s+[\w-]+="[^"<]*")*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y;

/** @throws Error that says where it is not well-formed */
export const parseXml = (source: string): XmlElement => {
  const text = source.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '').trimEnd();
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text))
    throw new Error('it has a character that XML cannot have');
  const root = { name: '', attributes: {}, children: [] as XmlElement[], text: '' };
  const open = [root];
  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text)?.groups;
    const current = open.at(-1);
    if (found === undefined || current === undefined)
      throw new Error(`not well-formed: ${text.slice(at, at + 60)}`);
    at = TOKEN.lastIndex;
    if (found.text !== undefined) current.text += unescaped(found.text);
    else if (found.close !== undefined) {
      if (open.length < 2 || current.name !== found.close) throw new Error(`</${found.close}> ends nothing`);
      open.pop();
    } else {
      const element = {
        name: found.open ?? '',
        attributes: attributesIn(found.attributes ?? ''),
        children: [],
        text: '',
      };
      current.children.push(element);
      if (found.empty === '') open.push(element);
    }
  }
  const [only] = root.children;
  if (open.length !== 1 || only === undefined || root.children.length !== 1)
    throw new Error('expected one root');
  return only;
};

const attributesIn = (text: string): Record<string, string> => {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w-]+)="([^"]*)"/g)) {
    if (name in found) throw new Error(`${name} is there twice`);
    found[name] = unescaped(value);
  }
  return found;
};

const unescaped = (text: string): string => {
  if (/&(?!(?:amp|lt|gt|quot|#10);)/.test(text)) throw new Error(`a bare & in ${text.slice(0, 60)}`);
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#10;', '\n')
    .replaceAll('&amp;', '&');
};
