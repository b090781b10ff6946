/** A page that a browser ended up on. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Every address on the way here. */
  readonly way: readonly string[];
}

interface Cookie {
  readonly value: string;
  readonly path: string;
  readonly sameSite: string;
}

const MOST_STEPS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * As much of a browser as signing in needs: it follows redirects, submits forms that submit themselves, and keeps the
 * cookies of each site, which it sends as SameSite allows. Addresses of the application are those that the world knows.
 */
export class Browser {
  private readonly jars = new Map<string, Map<string, Cookie>>();

  /** @param places where each origin really listens; one that is missing listens where it says */
  constructor(private readonly places: Readonly<Record<string, string>> = {}) {}

  /** Goes to an address as if it had been typed in, and on until there is a page of the application that is no API. */
  async visit(address: string): Promise<Page> {
    const way: string[] = [];
    let step: { url: URL; method: 'GET' | 'POST'; form?: URLSearchParams; from?: URL } = {
      url: new URL(address),
      method: 'GET',
    };
    for (;;) {
      way.push(step.url.href);
      if (way.length > MOST_STEPS) throw new Error(`A ring of redirects: ${way.join(' → ')}`);
      if (step.url.origin in this.places && !step.url.pathname.startsWith('/api/')) {
        return { url: step.url, status: 200, headers: new Headers(), text: '', way };
      }
      const { url } = step;
      const answer = await this.send(step);
      const text = await answer.text();
      const location = answer.headers.get('location');
      const form = selfSubmittingForm(text);
      if (REDIRECTS.has(answer.status) && location !== null)
        step = { url: new URL(location, url), method: 'GET', from: url };
      else if (form) step = { url: new URL(form.action, url), method: 'POST', form: form.fields, from: url };
      else return { url, status: answer.status, headers: answer.headers, text, way };
    }
  }

  /** A call of a script on a page of the same origin, with the CSRF token that it finds in its cookie. */
  async call<T = Record<string, unknown>>(
    address: string,
    { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<{ status: number; body: T; headers: Headers }> {
    const url = new URL(address);
    const answer = await fetch(this.real(url), {
      method,
      headers: {
        accept: 'application/json',
        cookie: this.cookiesFor(url, 'same-site'),
        'x-csrf-token': this.cookie(url.origin, 'sluice_csrf') ?? '',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.keep(url, answer.headers);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
  }

  /** What the jar holds of an origin, for those who would like to change it. */
  cookie(origin: string, name: string): string | undefined {
    return this.jars.get(origin)?.get(name)?.value;
  }

  private async send({
    url,
    method,
    form,
    from,
  }: {
    url: URL;
    method: 'GET' | 'POST';
    form?: URLSearchParams;
    from?: URL;
  }): Promise<Response> {
    const isOtherSite = from !== undefined && from.origin !== url.origin;
    const relation = !isOtherSite ? 'same-site' : method === 'GET' ? 'link' : 'foreign-form';
    const answer = await fetch(this.real(url), {
      method,
      headers: {
        accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
        cookie: this.cookiesFor(url, relation),
        ...(isOtherSite && method === 'POST' ? { origin: from.origin } : {}),
      },
      redirect: 'manual',
      ...(form === undefined ? {} : { body: form }),
    });
    this.keep(url, answer.headers);
    return answer;
  }

  private real(url: URL): URL {
    const place = this.places[url.origin];
    return place === undefined ? url : new URL(url.pathname + url.search, place);
  }

  private cookiesFor({ origin, pathname }: URL, relation: 'same-site' | 'link' | 'foreign-form'): string {
    return [...(this.jars.get(origin) ?? [])]
      .filter(([, { path, sameSite }]) => {
        if (!pathname.startsWith(path)) return false;
        if (relation === 'same-site') return true;
        return sameSite === 'none' || (sameSite === 'lax' && relation === 'link');
      })
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  private keep({ origin }: URL, headers: Headers): void {
    const jar = this.jars.get(origin) ?? new Map<string, Cookie>();
    this.jars.set(origin, jar);
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const attribute = (name: string) =>
        attributes.find((each) => each.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
      const value = pair.slice(at + 1);
      if (value === '') jar.delete(pair.slice(0, at));
      else {
        jar.set(pair.slice(0, at), {
          value,
          path: attribute('path') ?? '/',
          sameSite: (attribute('samesite') ?? 'lax').toLowerCase(),
        });
      }
    }
  }
}

function selfSubmittingForm(page: string): { action: string; fields: URLSearchParams } | undefined {
  const action = /<form[^>]*method="post"[^>]*action="([^"]+)"/i.exec(page)?.[1];
  if (action === undefined || !/\.submit\(\)/.test(page)) return undefined;
  const inputs = [...page.matchAll(/<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/gi)];
  return {
    action: unescaped(action),
    fields: new URLSearchParams(
      inputs.map(([, name = '', value = '']): [string, string] => [unescaped(name), unescaped(value)]),
    ),
  };
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
