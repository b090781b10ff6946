/** A mail before it has a form: what to say, to whom. Nothing of it may come from a stranger but the address. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Where the reader can go. */
  readonly link?: { readonly label: string; readonly url: string };
  /** What comes after the link: what to do when one asked for nothing. */
  readonly closing?: readonly string[];
}

/** A mail as it is sent. */
export interface Mail {
  /** Stays the same when it is sent again. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** What may stand in HTML, also between quotes, whatever it was. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
}

/** A header is one line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** Gives a letter its form, once as plain text and once as HTML that says the same. */
export function writeOut({ to, subject, paragraphs, link, closing = [] }: Letter): Omit<Mail, 'id'> {
  const text = [...paragraphs, ...(link ? [`${link.label}:\n${link.url}`] : []), ...closing];
  const html = [
    ...paragraphs.map(paragraph),
    ...(link ? [`<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a></p>`] : []),
    ...closing.map(paragraph),
  ];
  return {
    to,
    subject: oneLine(subject),
    text: `${text.join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><body>\n${html.join('\n')}\n</body></html>\n`,
  };
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`;
}
