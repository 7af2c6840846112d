/** What of an HTML text could do something or ask for something: there is nothing of it in a report. */

/** Tags that are none of ours, and attributes that act or fetch; the addresses of links are for people to open. */
export const aliveIn = (html: string): readonly string[] =>
  [...html.replace(/<style>[\s\S]*?<\/style>/g, '').matchAll(/<\/?([a-z!][\w-]*)((?:\s+[^>]*)?)>/gi)]
    .filter(([, tag = '', attributes = '']) => {
      if (!TAGS.has(tag.toLowerCase())) return true;
      const names = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)];
      return names.some(
        ([, name = '', value = '']) =>
          /^on|^(?:src|srcset|srcdoc|action|formaction|background|poster|data|xlink:href|autofocus)$/i.test(
            name,
          ) ||
          (name === 'href' && !/^(?:https:\/\/selfheal\.example\/|\/)/.test(value)) ||
          (name !== 'xmlns' && name !== 'href' && /:\/\/|url\(|javascript:/i.test(value)),
      );
    })
    .map(([tag]) => tag.slice(0, 200));

const TAGS = new Set(
  '!doctype html head meta title body main article section h1 h2 p b strong small br a ul li dl dt dd div span figure table caption thead tbody tr th td svg desc text line rect circle path pre nav details summary'.split(
    ' ',
  ),
);
